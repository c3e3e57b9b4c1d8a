/**
 * Names of places in, problems out, in an order that depends on nothing but the input. Parquet and JSONL files are told
 * by their columns: SYNTHETIC-1's, or those that APPS and TACO share. Nothing is run.
 */
import { statSync } from 'node:fs'
import { basename, join } from 'node:path'
import fastGlob from 'fast-glob'
import { UserError } from '../base/user-error.ts'
import type { DropReason, ProblemContent, ProblemItem, ProblemOrigin } from '../records/problem.ts'
import { findHubFiles } from '../sources/find-hub-files.ts'
import { hubPrefix } from '../sources/parse-hub-spec.ts'
import type { HubOptions } from '../sources/read-hub.ts'
import { readRows } from '../sources/read-rows.ts'
import { APPS_COLUMNS, readApps } from './sources/read-apps.ts'
import { findProblemFolders, readProblemFolder } from './sources/read-folder.ts'
import { readSynthetic, SYNTHETIC_COLUMNS } from './sources/read-synthetic.ts'

export interface ReadProblemsOptions {
  /** Stands in for the name of the file, folder or data set. */
  readonly dataset?: string | undefined
  /** Of problems that state none, where the data set's card does not say either; default `unknown`. */
  readonly license?: string | undefined
  readonly hub?: HubOptions | undefined
}

/** One file or folder of problems. */
interface Place {
  readonly kind: 'file' | 'folder'
  readonly dataset: string
  readonly license: string
  readonly place: string
  /** Where it lies here. */
  readonly path: () => Promise<string>
}

const FILE = /\.(?:parquet|jsonl|jsonl\.gz)$/

/**
 * Reads problems from files, folders, globs and data sets of the hub. All places are looked for before the first leaves.
 *
 * @throws UserError for a place that is missing or holds none
 */
export async function* readProblems(
  specs: readonly string[],
  options: ReadProblemsOptions = {},
): AsyncGenerator<ProblemItem> {
  const places: Place[] = []
  for (const spec of specs) {
    places.push(
      ...(spec.startsWith(hubPrefix) ? await hubPlaces(spec, options) : await localPlaces(spec, options)),
    )
  }
  for (const place of places) {
    yield* place.kind === 'file' ? readFileProblems(place) : readFolderProblems(place)
  }
}

async function hubPlaces(spec: string, { dataset, license, hub }: ReadProblemsOptions): Promise<Place[]> {
  const files = await findHubFiles(spec, hub)
  return files.map((file) => ({
    kind: 'file',
    dataset: dataset ?? file.dataset,
    license: license ?? file.license,
    place: file.place,
    path: file.fetch,
  }))
}

async function localPlaces(
  spec: string,
  { dataset, license = 'unknown' }: ReadProblemsOptions,
): Promise<Place[]> {
  const found = statSync(spec, { throwIfNoEntry: false }) ? [spec] : (await fastGlob(spec)).sort()
  if (found.length === 0) throw new UserError(`${spec} does not exist: name a file, a folder or a glob.`)
  return found.map((place) => {
    const kind = FILE.test(place) ? 'file' : 'folder'
    if (kind === 'folder' && !statSync(place).isDirectory())
      throw new UserError(`${place} is neither Parquet nor JSONL nor a folder of problems.`)
    return {
      kind,
      dataset: dataset ?? basename(place).replace(FILE, ''),
      license,
      place,
      path: async () => place,
    }
  })
}

async function* readFolderProblems({ dataset, license, place }: Place): AsyncGenerator<ProblemItem> {
  const folders = await findProblemFolders(place)
  if (folders.length === 0)
    throw new UserError(
      `${place} holds no problems: put problem.json, or pairs of .in and .out, beside the programs.`,
    )
  for (const row of folders) {
    yield asItem({ dataset, place, row }, license, readProblemFolder(join(place, row)))
  }
}

async function* readFileProblems({ dataset, license, place, path }: Place): AsyncGenerator<ProblemItem> {
  for await (const { row, fields } of readRows(await path(), [...SYNTHETIC_COLUMNS, ...APPS_COLUMNS])) {
    const origin = { dataset, place, row }
    if (fields === undefined) {
      yield { kind: 'dropped', origin, reason: 'bad-json', detail: 'the line is no JSON object' }
      continue
    }
    const own = typeof fields.license === 'string' && fields.license !== '' ? fields.license : license
    yield asItem(origin, own, readerFor(place, fields)(fields))
  }
}

function readerFor(path: string, fields: Readonly<Record<string, unknown>>) {
  if (Object.hasOwn(fields, 'verification_info')) return readSynthetic
  if (Object.hasOwn(fields, 'input_output') && Object.hasOwn(fields, 'solutions')) return readApps
  throw new UserError(
    `${path} has neither SYNTHETIC-1's column verification_info nor input_output and solutions, as APPS and TACO have ` +
      `(it has ${Object.keys(fields).join(', ')}).`,
  )
}

function asItem(origin: ProblemOrigin, license: string, read: ProblemContent | DropReason): ProblemItem {
  if ('reason' in read) return { kind: 'dropped', origin, ...read }
  return { kind: 'problem', problem: { origin, license, ...read } }
}
