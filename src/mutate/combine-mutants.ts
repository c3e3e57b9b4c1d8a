/**
 * A unit and mutants of it in; out comes one text that holds many of them, to be chosen from when it runs (mutant
 * schemata: Untch, Offutt and Harrold 1993). It takes one compilation, and a run behaves as the mutant built alone:
 * `gepo_selected_mutant` (native/harness/start.c) says which.
 *
 * Where C allows it, a mutant lies beside what it replaces (place-mutants.ts), and the text asks at that place which one is
 * meant. Else there is a copy of the mutated function, and what has its name is a dispatcher that calls the function
 * itself or the copy. A run takes the same edges as the mutant alone: what asks for the number is not covered, the
 * dispatcher by an attribute and the rest by native/watch-undefined/selectors.cpp, which knows it by the way it is
 * written: `==` chooses between two expressions and `!=` leaves a statement out. A dispatcher is sanitized, for it hands
 * on what is known of the arguments' memory.
 *
 * A function that may call itself (find-recursive-functions.ts) is copied in any case: without optimisation what asks
 * takes a place on the stack for each mutant, and the recursion would be less deep than in the mutant alone.
 *
 * Not guaranteed: that the text compiles. One mutant that does not is enough; then they are to be built alone. Lines
 * are not where they were.
 */
import { buildOutline, type Outline } from '../extract/build-outline.ts'
import { applyMutant } from '../records/apply-mutant.ts'
import type { Mutant } from '../records/mutant.ts'
import type { Unit } from '../records/unit.ts'
import type { SyntaxNode } from '../syntax/parse-c.ts'
import { allowsDispatchers, type CopyableFunction, findCopyableFunctions } from './find-copyable-functions.ts'
import { findNoReturn } from './find-no-return.ts'
import { findRecursiveFunctions } from './find-recursive-functions.ts'
import { makeMutationContext } from './mutation-context.ts'
import { type MutantPlace, placeMutants } from './place-mutants.ts'
import { SELECTOR, writeBeside } from './write-beside.ts'

export interface CombinedMutants {
  /** The unit's code, with mutants beside what they replace, and dispatchers and copies where other mutated functions were. */
  readonly text: string
  /** What `gepo_selected_mutant` is to be for a mutant, by its id, from 1 on; 0 is the unit itself. Mutants that are missing are to be built alone. */
  readonly selectors: ReadonlyMap<string, number>
}

/** The type is int, also where a macro of that name says otherwise. */
const DECLARE_SELECTOR = `extern __typeof__(0) ${SELECTOR};\n`
const NOT_COVERED = '__attribute__((no_sanitize("coverage")))'
/** The dispatcher leaves the stack to the copy: recursion is as deep as without it. */
const TAIL_CALL = '__attribute__((musttail)) '

/**
 * `beside`: where C allows it beside what they replace, else in copies. `copies`: each in a copy of its function, whose
 * text is that of the mutant alone.
 */
export type Combination = 'beside' | 'copies'

/**
 * `int sq(int a) { return a * a; }` and its mutant `a + a` give, beside each other,
 * ```c
 * int sq(int a) { return (gepo_selected_mutant == 1 ? (a + a) : (a * a)); }
 * ```
 * and `int f(int a) { return a && g(); }` with its mutant `a`, which has one branch less,
 * ```c
 * int f(int a);
 * static int f__gepo0(int a) { return a && g(); }
 * static int f__gepo1(int a) { return a; }
 * __attribute__((no_sanitize("coverage"))) int f(int a) {
 *   switch (gepo_selected_mutant) {
 *     case 1: __attribute__((musttail)) return f__gepo1(a);
 *     default: __attribute__((musttail)) return f__gepo0(a);
 *   }
 * }
 * ```
 *
 * @param parse from `loadParser()`; both bindings give the same text.
 */
export function combineMutants(
  unit: Pick<Unit, 'name' | 'code' | 'exitDefined'>,
  mutants: readonly Mutant[],
  parse: (code: string) => SyntaxNode,
  combination: Combination,
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
  const places = combination === 'copies' ? new Map() : findPlaces(unit, mutantsOf, outline, parse)
  const combining: Combining = { unit, mark: unusedMark(code), selectors, places }
  let text = ''
  let position = 0
  for (const definition of functions) {
    const own = mutantsOf.get(definition)
    if (own === undefined) continue
    text += code.slice(position, definition.start)
    if (position === 0) text += DECLARE_SELECTOR
    text += combinedFunction(combining, definition, own)
    position = definition.end
  }
  return { text: text + code.slice(position), selectors }
}

function findPlaces(
  { name, code }: Pick<Unit, 'name' | 'code'>,
  mutantsOf: ReadonlyMap<CopyableFunction, readonly Mutant[]>,
  outline: Outline,
  parse: (code: string) => SyntaxNode,
): ReadonlyMap<string, MutantPlace> {
  const neverReturns = findNoReturn(outline)
  if (neverReturns === undefined) return new Map()
  const recursive = findRecursiveFunctions(outline)
  const placeable = [...mutantsOf].flatMap(([definition, own]) => (recursive.has(definition.name) ? [] : own))
  return placeMutants(makeMutationContext(code, name, parse), placeable, neverReturns)
}

interface Combining {
  readonly unit: Pick<Unit, 'code' | 'exitDefined'>
  readonly mark: string
  readonly selectors: ReadonlyMap<string, number>
  readonly places: ReadonlyMap<string, MutantPlace>
}

/** The function with the mutants that have a place in it, and copies of it for the others. */
function combinedFunction(
  combining: Combining,
  definition: CopyableFunction,
  mutants: readonly Mutant[],
): string {
  const { unit, places, selectors } = combining
  const { code } = unit
  const { start, bodyStart, end } = definition
  const placed = mutants.flatMap((mutant) => {
    const place = places.get(mutant.id)
    return place === undefined ? [] : [{ mutant, place, selector: selectors.get(mutant.id)! }]
  })
  const whole =
    code.slice(0, bodyStart) + writeBeside(code, { start: bodyStart, end }, placed) + code.slice(end)
  const others = mutants.filter(({ id }) => !places.has(id))
  return others.length === 0
    ? whole.slice(start, whole.length - (code.length - end))
    : copiesAndDispatcher(combining, definition, whole, others)
}

/** What tells the copies' names from all others: no word of the code contains it. */
function unusedMark(code: string): string {
  let mark = '__gepo'
  while (code.includes(mark)) mark += '_'
  return mark
}

/** @param whole the unit's code with what is to be called where no copy is chosen */
function copiesAndDispatcher(
  { unit: { code, exitDefined }, mark, selectors }: Combining,
  definition: CopyableFunction,
  whole: string,
  mutants: readonly Mutant[],
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
    copy(0, whole),
    ...mutants.map((mutant, index) => copy(numbers[index]!, applyMutant(code, mutant))),
    `${NOT_COVERED} ${header} {`,
    `  switch (${SELECTOR}) {`,
    ...numbers.map((number) => `    case ${number}: ${call(number)}`),
    `    default: ${call(0)}`,
    '  }',
    '}',
  ].join('\n')
}
