/** Which groups a page lists, as its address says it, and the addresses of what is one step away. Pure. */
import { FACETS, type Facet } from './facets.ts'

/** A group passes that has, for each facet named, one of its values, and whose words hold those looked for. */
export interface Filter {
  readonly values: Readonly<Partial<Record<Facet, readonly string[]>>>
  readonly words: string
}

const MOST_WORDS_LENGTH = 200
const MOST_VALUES = 100

export function readFilter(query: URLSearchParams): Filter {
  const values: Partial<Record<Facet, readonly string[]>> = {}
  for (const facet of FACETS) {
    // In one order, so that one filter has one address.
    const given = [...new Set(query.getAll(facet))].sort().slice(0, MOST_VALUES)
    if (given.length > 0) values[facet] = given
  }
  return { values, words: (query.get('q') ?? '').trim().slice(0, MOST_WORDS_LENGTH) }
}

/** As it stands behind the question mark; '' for a filter that lets all pass. */
export function writeFilter({ values, words }: Filter): string {
  const query = new URLSearchParams()
  for (const facet of FACETS) for (const value of values[facet] ?? []) query.append(facet, value)
  if (words !== '') query.set('q', words)
  return query.toString()
}

/** With the value, or without it where the filter has it. */
export function toggled(filter: Filter, facet: Facet, value: string): Filter {
  const { [facet]: given = [], ...others } = filter.values
  const left = given.includes(value) ? given.filter((one) => one !== value) : [...given, value].sort()
  return { ...filter, values: left.length === 0 ? others : { ...others, [facet]: left } }
}

export const isEmptyFilter = ({ values, words }: Filter): boolean =>
  words === '' && Object.keys(values).length === 0
