/**
 * Part of a unit's code and mutants that have a place in it in; out comes that part with each mutant beside what it
 * replaces. Places lie in one another or apart. What stands beside is the code as it was, but for the one edit: only one
 * mutant is chosen at a time.
 */
import { applyMutant } from '../records/apply-mutant.ts'
import type { Mutant } from '../records/mutant.ts'
import type { MutantPlace } from './place-mutants.ts'

/** What a run is told its mutant by (native/harness/start.c). */
export const SELECTOR = 'gepo_selected_mutant'

export interface PlacedMutant {
  readonly mutant: Mutant
  readonly place: MutantPlace
  readonly selector: number
}

/** All mutants of one place and form. */
interface Site extends MutantPlace {
  readonly mutants: readonly PlacedMutant[]
}

const OUTER_FIRST: readonly MutantPlace['form'][] = ['statement', 'truth', 'value']

/**
 * `a + b` with `a - b` as number 3 is `(gepo_selected_mutant == 3 ? (a - b) : (a + b))`; where only the truth counts,
 * both are compared with 0, for a compiler branches on the parts of a `?:` that it has for a condition. A statement
 * becomes `{ if (gepo_selected_mutant != 3) ... }`.
 */
export function writeBeside(
  code: string,
  range: { readonly start: number; readonly end: number },
  placed: readonly PlacedMutant[],
): string {
  const keyOf = ({ place: { start, end, form } }: PlacedMutant) => `${start} ${end} ${form}`
  const sites = [...Map.groupBy(placed, keyOf).values()]
    .map((mutants): Site => ({ ...mutants[0]!.place, mutants }))
    .sort(
      (a, b) =>
        a.start - b.start || b.end - a.end || OUTER_FIRST.indexOf(a.form) - OUTER_FIRST.indexOf(b.form),
    )
  return write(code, range, sites)
}

/** @param sites all that lie in the range, by position, outer ones first */
function write(
  code: string,
  { start, end }: { readonly start: number; readonly end: number },
  sites: readonly Site[],
): string {
  let text = ''
  let position = start
  for (let at = 0; at < sites.length; ) {
    const site = sites[at]!
    const behind = sites.findIndex((other, index) => index > at && other.start >= site.end)
    const next = behind < 0 ? sites.length : behind
    text +=
      code.slice(position, site.start) + writeSite(code, site, write(code, site, sites.slice(at + 1, next)))
    position = site.end
    at = next
  }
  return text + code.slice(position, end)
}

/** @param unedited the site's own text */
function writeSite(code: string, { start, end, form, mutants }: Site, unedited: string): string {
  const edited = ({ mutant }: PlacedMutant) => {
    const text = applyMutant(code, mutant)
    return text.slice(start, text.length - (code.length - end))
  }
  switch (form) {
    case 'statement':
      return mutants.reduce((text, { selector }) => `{ if (${SELECTOR} != ${selector}) ${text} }`, unedited)
    case 'truth':
      return `(${mutants.reduce((text, mutant) => choose(mutant, `(${edited(mutant)}) != 0`, text), `((${unedited}) != 0)`)} != 0)`
    case 'value':
      return mutants.reduce((text, mutant) => choose(mutant, edited(mutant), text), `(${unedited})`)
  }
}

const choose = ({ selector }: PlacedMutant, edited: string, other: string) =>
  `(${SELECTOR} == ${selector} ? (${edited}) : ${other})`
