/**
 * A unit enters, all its mutants leave, by position, operator and replacement, no two of the same code.
 *
 * Not guaranteed: that a mutant compiles (types from headers are not known), that it differs from the unit in any
 * run, or that its runs are defined. Later stages decide that.
 */
import { createHash } from 'node:crypto'
import type { Mutant } from '../records/mutant.ts'
import type { Unit } from '../records/unit.ts'
import type { SyntaxNode } from '../syntax/parse-c.ts'
import { findLiveCode } from './find-live-code.ts'
import { makeMutationContext } from './mutation-context.ts'
import type { Edit, MutationOperator } from './mutation-operator.ts'
import { operators as allOperators } from './operators.ts'

/**
 * For `int f(int a, int b) { return a + b; }` with AOR: `a - b` and `a * b`.
 *
 * @param parse from `loadParser()`; both bindings give the same mutants.
 */
export function mutateUnit(
  unit: Pick<Unit, 'id' | 'name' | 'code'>,
  parse: (code: string) => SyntaxNode,
  operators: readonly MutationOperator[] = allOperators,
): Mutant[] {
  const { code } = unit
  const context = makeMutationContext(code, unit.name, parse)
  const live = findLiveCode(context.root, context.functions, context.preprocessor, unit.name)
  const lineStarts = startsOfLines(code)
  const mutants: Mutant[] = []
  for (const node of live) {
    for (const operator of operators) {
      for (const edit of operator.mutate(node, context)) {
        mutants.push(toMutant(unit, operator.name, edit, lineAt(lineStarts, edit.start)))
      }
    }
  }
  mutants.sort(byPosition)
  return withoutSameCode(code, mutants)
}

function toMutant(unit: Pick<Unit, 'id' | 'code'>, operator: string, edit: Edit, line: number): Mutant {
  const { start, end, replacement } = edit
  const id = createHash('sha256')
    .update(JSON.stringify([unit.id, operator, start, end, replacement]))
    .digest('hex')
  const mutant = { id, operator, start, end, original: unit.code.slice(start, end), replacement, line }
  return edit.unlikely ? { ...mutant, unlikely: true } : mutant
}

function byPosition(a: Mutant, b: Mutant): number {
  return (
    a.start - b.start ||
    a.end - b.end ||
    compare(a.operator, b.operator) ||
    compare(a.replacement, b.replacement)
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Keeps the first mutant of each resulting code, and none that changes nothing. */
function withoutSameCode(code: string, mutants: readonly Mutant[]): Mutant[] {
  const seen = new Set<string>()
  return mutants.filter((mutant) => {
    const key = smallestEdit(code, mutant)
    if (key === null || seen.has(key)) return false
    seen.add(key)
    return true
  })
}

/** The same text for two edits of `code` exactly when they give the same code; null for an edit without effect. */
function smallestEdit(code: string, { start, end, replacement }: Mutant): string | null {
  let from = start
  let to = end
  let text = replacement
  while (from < to && text !== '' && code[from] === text[0]) {
    from++
    text = text.slice(1)
  }
  while (from < to && text !== '' && code[to - 1] === text.at(-1)) {
    to--
    text = text.slice(0, -1)
  }
  if (from === to && text === '') return null
  // Deleting one of two equal neighbours, or inserting beside an equal one: as far to the right as it goes.
  while (text === '' && to < code.length && code[from] === code[to]) {
    from++
    to++
  }
  while (from === to && to < code.length && code[to] === text[0]) {
    text = text.slice(1) + text[0]
    from++
    to++
  }
  return `${from}:${to}:${text}`
}

function startsOfLines(code: string): number[] {
  return [0, ...[...code.matchAll(/\n/g)].map((match) => match.index + 1)]
}

/** 1-based line of `offset`. */
function lineAt(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (starts[middle]! <= offset) low = middle
    else high = middle
  }
  return high
}
