/**
 * A unit and mutants of it in; out comes one text that holds many of them, to be chosen from when it runs (mutant
 * schemata: Untch, Offutt and Harrold 1993). It takes one compilation, and a run behaves as the mutant built alone.
 *
 * Each mutated function is there once as it was and once a mutant, under names of their own, and what has its name
 * is a dispatcher that calls the one that `gepo_selected_mutant` (native/harness/start.c) says. What is mutated is
 * never shared, so nothing in a copy is changed to make it selectable, and a run takes the same edges: the
 * dispatcher itself is not covered. It is sanitized, for it hands on what is known of the arguments' memory.
 *
 * Not guaranteed: that the text compiles. One mutant that does not is enough; then they are to be built alone. Lines
 * behind the first copy are not where they were.
 */
import { buildOutline } from '../extract/build-outline.ts'
import { applyMutant } from '../records/apply-mutant.ts'
import type { Mutant } from '../records/mutant.ts'
import type { Unit } from '../records/unit.ts'
import type { SyntaxNode } from '../syntax/parse-c.ts'
import { allowsDispatchers, type CopyableFunction, findCopyableFunctions } from './find-copyable-functions.ts'

export interface CombinedMutants {
  /** The unit's code, with dispatchers and copies where mutated functions were. */
  readonly text: string
  /** What `gepo_selected_mutant` is to be for a mutant, by its id, from 1 on; 0 is the unit itself. Mutants that are missing are to be built alone. */
  readonly selectors: ReadonlyMap<string, number>
}

const SELECTOR = 'gepo_selected_mutant'
/** The type is int, also where a macro of that name says otherwise. */
const DECLARE_SELECTOR = `extern __typeof__(0) ${SELECTOR};\n`
const NOT_COVERED = '__attribute__((no_sanitize("coverage")))'
/** The dispatcher leaves the stack to the copy: recursion is as deep as without it. */
const TAIL_CALL = '__attribute__((musttail)) '

/**
 * `int sq(int a) { return a * a; }` and its mutant `a + a` give
 * ```c
 * int sq(int a);
 * static int sq__gepo0(int a) { return a * a; }
 * static int sq__gepo1(int a) { return a + a; }
 * __attribute__((no_sanitize("coverage"))) int sq(int a) {
 *   switch (gepo_selected_mutant) {
 *     case 1: __attribute__((musttail)) return sq__gepo1(a);
 *     default: __attribute__((musttail)) return sq__gepo0(a);
 *   }
 * }
 * ```
 *
 * @param parse from `loadParser()`; both bindings give the same text.
 */
export function combineMutants(
  unit: Pick<Unit, 'code' | 'exitDefined'>,
  mutants: readonly Mutant[],
  parse: (code: string) => SyntaxNode,
): CombinedMutants {
  const { code } = unit
  const outline = buildOutline(code, parse)
  if (code.includes(SELECTOR) || !allowsDispatchers(outline)) return { text: code, selectors: new Map() }
  const functions = findCopyableFunctions(outline).filter((definition) => definition.kind === 'copyable')
  const selectors = new Map<string, number>()
  const mutantsOf = new Map<CopyableFunction, Mutant[]>()
  for (const mutant of mutants) {
    const definition = functions.find(({ bodyStart, end }) => mutant.start > bodyStart && mutant.end < end)
    if (definition === undefined) continue
    selectors.set(mutant.id, selectors.size + 1)
    const known = mutantsOf.get(definition)
    if (known === undefined) mutantsOf.set(definition, [mutant])
    else known.push(mutant)
  }
  const mark = unusedMark(code)
  let text = ''
  let position = 0
  for (const definition of functions) {
    const own = mutantsOf.get(definition)
    if (own === undefined) continue
    text += code.slice(position, definition.start)
    if (position === 0) text += DECLARE_SELECTOR
    text += copiesAndDispatcher(unit, definition, own, { mark, selectors })
    position = definition.end
  }
  return { text: text + code.slice(position), selectors }
}

/** What tells the copies' names from all others: no word of the code contains it. */
function unusedMark(code: string): string {
  let mark = '__gepo'
  while (code.includes(mark)) mark += '_'
  return mark
}

function copiesAndDispatcher(
  { code, exitDefined }: Pick<Unit, 'code' | 'exitDefined'>,
  definition: CopyableFunction,
  mutants: readonly Mutant[],
  { mark, selectors }: { mark: string; selectors: ReadonlyMap<string, number> },
): string {
  const { name, start, nameStart, headerEnd, bodyStart, end, parameterNames, isStatic, passesScalars } =
    definition
  const isMain = name === 'main'
  const copyName = (selector: number) => `${name}${mark}${selector}`
  const copy = (selector: number, text: string) => {
    const body = text.slice(bodyStart, text.length - (code.length - end))
    return [
      isStatic ? '' : 'static ',
      text.slice(start, nameStart),
      copyName(selector),
      text.slice(nameStart + name.length, bodyStart),
      // Only the function with main's name returns 0 by itself at its end.
      isMain && exitDefined ? `${body.slice(0, -1)}\nreturn 0;\n}` : body,
    ].join('')
  }
  const call = (selector: number) => {
    const called = `${copyName(selector)}(${parameterNames.join(', ')});`
    if (!isMain) return `${passesScalars ? TAIL_CALL : ''}return ${called}`
    // Its copy is to lie in filled memory (native/harness/start.c) that nothing was written to.
    return exitDefined ? `return ${called}` : `${called} break;`
  }
  const header = code.slice(start, headerEnd)
  const numbers = mutants.map(({ id }) => selectors.get(id)!)
  return [
    `${header};`,
    copy(0, code),
    ...mutants.map((mutant, index) => copy(numbers[index]!, applyMutant(code, mutant))),
    `${NOT_COVERED} ${header} {`,
    `  switch (${SELECTOR}) {`,
    ...numbers.map((number) => `    case ${number}: ${call(number)}`),
    `    default: ${call(0)}`,
    '  }',
    '}',
  ].join('\n')
}
