/**
 * A benchmark and places in, its problems out, in an order that depends on nothing but the rows. Places are files,
 * folders or data sets of the hub; those are read at one commit, and an evaluation that goes on reads that same one.
 *
 * Nothing is left out in silence: a row that cannot be read is refused by name, a language that is asked for must be there.
 */
import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import fastGlob from 'fast-glob'
import { UserError } from '../base/user-error.ts'
import type { BenchmarkProblem } from '../records/benchmark-problem.ts'
import { LANGUAGE_NAMES, type Language } from '../records/language.ts'
import { fetchHubFile } from '../sources/fetch-hub-file.ts'
import { findFiles } from '../sources/find-files.ts'
import { findHubFiles } from '../sources/find-hub-files.ts'
import { findHubAccess } from '../sources/hub-access.ts'
import { hubPrefix } from '../sources/parse-hub-spec.ts'
import { defaultPatience } from '../sources/patient-fetch.ts'
import type { HubOptions } from '../sources/read-hub.ts'
import type { Benchmark } from './benchmarks/benchmark.ts'

export interface ReadBenchmarkOptions {
  /** Null for all that the places hold. */
  readonly languages: readonly Language[] | null
  /** Of each pair of languages at most; null for all. */
  readonly limit: number | null
  /** Where the rows are. */
  readonly from: readonly string[]
  /** What {@link ReadBenchmark.places} was before: the same files at the same commits. */
  readonly places?: readonly string[] | undefined
  readonly hub?: HubOptions | undefined
}

export interface ReadBenchmark {
  /** By language, in the benchmark's order. */
  readonly problems: readonly BenchmarkProblem[]
  readonly languages: readonly Language[]
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
  { languages: asked, limit, from, places: known, hub }: ReadBenchmarkOptions,
): Promise<ReadBenchmark> {
  const places = known?.map((place) => knownPlace(place, hub)) ?? (await findPlaces(from, hub))
  const found = new Map<string, { readonly problem: BenchmarkProblem; readonly place: string }>()
  const others = new Set<string>()
  for (const { place, path } of places) {
    for await (const { row, reading } of benchmark.readFile(await path())) {
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
      const first = found.get(problem.id)
      if (first !== undefined) {
        throw new UserError(
          `${problem.id} is in ${first.place} and in ${place}; name one of them with --from.`,
        )
      }
      found.set(problem.id, { problem, place })
    }
  }
  const byLanguage = Map.groupBy(
    Array.from(found.values(), ({ problem }) => problem),
    ({ target }) => target,
  )
  const there = benchmark.languages.filter((language) => byLanguage.has(language))
  const missing = asked?.filter((language) => !byLanguage.has(language)) ?? []
  if (missing.length > 0 || there.length === 0) {
    const names = missing.map((language) => LANGUAGE_NAMES[language]).join(', ')
    throw new UserError(
      `${places.map(({ place }) => place).join(', ')}: no problem${names === '' ? '' : ` in ${names}`} (there are: ${[...there, ...others].join(', ') || 'none'}); name languages with --languages, or files with --from.`,
    )
  }
  const languages = asked ?? there
  const problems = languages.flatMap((language) => limited(byLanguage.get(language)!, limit))
  return {
    problems,
    languages,
    places: places.map(({ place }) => place),
    hash: createHash('sha256').update(JSON.stringify(problems)).digest('hex'),
  }
}

function limited(problems: readonly BenchmarkProblem[], limit: number | null): readonly BenchmarkProblem[] {
  if (limit === null) return problems
  const bySource = Map.groupBy(problems, ({ source }) => source?.language)
  return [...bySource.values()].flatMap((own) => own.slice(0, limit))
}

async function findPlaces(specs: readonly string[], hub: HubOptions | undefined): Promise<Place[]> {
  const places: Place[] = []
  for (const spec of specs) {
    if (spec.startsWith(hubPrefix)) {
      for (const { place, fetch } of await findHubFiles(spec, hub)) places.push({ place, path: fetch })
    } else {
      const { files } = await findFiles(
        isFolder(spec) ? `${fastGlob.escapePath(spec)}/${DATA_FILES}` : spec,
        [],
      )
      for (const { path } of files) places.push({ place: path, path: async () => path })
    }
  }
  return places
}

const DATA_FILES = '**/*.{jsonl,jsonl.gz,parquet}'

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

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
