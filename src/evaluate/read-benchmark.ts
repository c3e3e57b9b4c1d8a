/**
 * A benchmark and places in, its problems out, in an order that depends on nothing but the rows. Places are files,
 * folders or data sets of the hub; those are read at one commit, and an evaluation that goes on reads that same one.
 *
 * Nothing is left out in silence: a row that cannot be read is refused by name, a language that is asked for must be there.
 */
import { createHash } from 'node:crypto'
import { UserError } from '../base/user-error.ts'
import { findHubFiles } from '../problems/sources/find-hub-files.ts'
import { readRows } from '../problems/sources/read-rows.ts'
import type { BenchmarkProblem } from '../records/benchmark-problem.ts'
import { LANGUAGE_NAMES, type Language } from '../records/language.ts'
import { fetchHubFile } from '../sources/fetch-hub-file.ts'
import { findFiles } from '../sources/find-files.ts'
import { findHubAccess } from '../sources/hub-access.ts'
import { hubPrefix } from '../sources/parse-hub-spec.ts'
import { defaultPatience } from '../sources/patient-fetch.ts'
import type { HubOptions } from '../sources/read-hub.ts'
import type { Benchmark } from './benchmarks/benchmark.ts'

export interface ReadBenchmarkOptions {
  readonly languages: readonly Language[]
  /** Of each language at most; null for all. */
  readonly limit: number | null
  /** Where the rows are; none for the benchmark's own data sets of the hub. */
  readonly from: readonly string[]
  /** What {@link ReadBenchmark.places} was before: the same files at the same commits. */
  readonly places?: readonly string[] | undefined
  readonly hub?: HubOptions | undefined
}

export interface ReadBenchmark {
  /** By language, in the order asked for. */
  readonly problems: readonly BenchmarkProblem[]
  /** Each file, those of the hub with their commit. */
  readonly places: readonly string[]
  /** sha256 (hex) of the problems. */
  readonly hash: string
}

interface Place {
  readonly place: string
  readonly path: () => Promise<string>
}

/** @throws UserError for a place that is missing or holds other rows, and for a language that none of them has */
export async function readBenchmark(
  benchmark: Benchmark,
  { languages, limit, from, places: known, hub }: ReadBenchmarkOptions,
): Promise<ReadBenchmark> {
  const places =
    known?.map((place) => knownPlace(place, hub)) ??
    (await findPlaces(from.length > 0 ? from : benchmark.hubPlaces(languages), hub))
  const found = new Map<Language, BenchmarkProblem[]>(languages.map((language) => [language, []]))
  const ids = new Map<string, string>()
  const others = new Set<string>()
  for (const { place, path } of places) {
    for await (const { row, fields } of readRows(await path(), benchmark.columns)) {
      const reading =
        fields === undefined
          ? ({ kind: 'unreadable', detail: 'it is no JSON object' } as const)
          : benchmark.readRow(fields)
      if (reading.kind === 'unreadable') {
        throw new UserError(
          `Row ${row} of ${place} is none of ${benchmark.name}: ${reading.detail}; name its files with --from.`,
        )
      }
      if (reading.kind === 'other-language') {
        others.add(reading.language)
        continue
      }
      const { problem } = reading
      const first = ids.get(problem.id)
      if (first !== undefined) {
        throw new UserError(`${problem.id} is in ${first} and in ${place}; name one of them with --from.`)
      }
      ids.set(problem.id, place)
      if (found.has(problem.target)) found.get(problem.target)!.push(problem)
      else others.add(problem.target)
    }
  }
  const missing = languages.filter((language) => found.get(language)!.length === 0)
  if (missing.length > 0) {
    const names = missing.map((language) => LANGUAGE_NAMES[language]).join(', ')
    throw new UserError(
      `${places.map(({ place }) => place).join(', ')}: no problem in ${names}${others.size > 0 ? ` (there are ${[...others].join(', ')})` : ''}; name languages with --languages, or files with --from.`,
    )
  }
  const problems = [...found.values()].flatMap((own) => own.slice(0, limit ?? own.length))
  return {
    problems,
    places: places.map(({ place }) => place),
    hash: createHash('sha256').update(JSON.stringify(problems)).digest('hex'),
  }
}

async function findPlaces(specs: readonly string[], hub: HubOptions | undefined): Promise<Place[]> {
  const places: Place[] = []
  for (const spec of specs) {
    if (spec.startsWith(hubPrefix)) {
      for (const { place, fetch } of await findHubFiles(spec, hub)) places.push({ place, path: fetch })
    } else {
      const { files } = await findFiles(spec, [])
      for (const { path } of files) places.push({ place: path, path: async () => path })
    }
  }
  return places
}

/** A file of the hub is taken from the cache where it is there: the hub need not be asked. */
function knownPlace(place: string, hub: HubOptions | undefined): Place {
  const [, name, commit, path] = /^hf:([^@]+)@(\w+)\/(.+)$/.exec(place) ?? []
  if (name === undefined || commit === undefined || path === undefined)
    return { place, path: async () => place }
  return {
    place,
    path: async () =>
      fetchHubFile({ name, commit, path }, await findHubAccess(hub?.env), {
        ...hub,
        patience: hub?.patience ?? defaultPatience,
      }),
  }
}
