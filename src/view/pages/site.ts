/**
 * Where the pages are and how one leads to another: addresses of a server, or names of files beside each other. What is
 * not there has no address.
 */
import type { Filter } from '../catalog/filter.ts'
import { writeFilter } from '../catalog/filter.ts'

export interface Site {
  /** Of the database, or what stands for it. */
  readonly name: string
  /** The first page of the list, or the one that begins with a group. */
  readonly list: ((filter?: Filter, from?: string) => string) | undefined
  readonly group: (id: string, filter?: Filter) => string
  readonly drops: ((reason?: DropAddress) => string) | undefined
  /** One drop, with the code that it is about. */
  readonly drop: ((key: number) => string) | undefined
  readonly audit: string | undefined
  readonly runs: ((names?: readonly string[]) => string) | undefined
  /** Where a group is proven again. */
  readonly prove: ((id: string) => string) | undefined
}

export interface DropAddress {
  readonly stage: string
  readonly reason: string
  readonly from?: number | undefined
}

export function servedSite(name: string, has: { readonly database: boolean; readonly runs: boolean }): Site {
  const address = (path: string, query: string) => (query === '' ? path : `${path}?${query}`)
  return {
    name,
    list: has.database
      ? (filter, from) => {
          const query = filter === undefined ? '' : writeFilter(filter)
          const start = from === undefined ? '' : `from=${from}`
          return address('/', [query, start].filter((part) => part !== '').join('&'))
        }
      : undefined,
    group: (id, filter) => address(`/group/${id}`, filter === undefined ? '' : writeFilter(filter)),
    drops: has.database
      ? (reason) => {
          if (reason === undefined) return '/drops'
          const query = new URLSearchParams({ stage: reason.stage, reason: reason.reason })
          if (reason.from !== undefined) query.set('from', String(reason.from))
          return `/drops?${query}`
        }
      : undefined,
    drop: has.database ? (key) => `/drop/${key}` : undefined,
    audit: has.database ? '/audit' : undefined,
    runs: has.runs
      ? (names = []) => address('/runs', new URLSearchParams(names.map((name) => ['run', name])).toString())
      : undefined,
    prove: (id) => `/group/${id}/prove`,
  }
}
