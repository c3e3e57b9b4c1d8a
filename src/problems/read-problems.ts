/**
 * Names of places in, problems out, in an order that depends on nothing but the input. Parquet and JSONL files are told
 * by their columns: SYNTHETIC-1's, or those that APPS and TACO share. Nothing is run.
 */
import { statSync } from 'node:fs'
import { basename, join } from 'node:path'
import fastGlob from 'fast-glob'
import { UserError } from '../config/user-error.ts'
import type { DropReason, ProblemContent, ProblemItem, ProblemOrigin } from './raw-problem.ts'
import { APPS_COLUMNS, readApps } from './sources/read-apps.ts'
import { findProblemFolders, readProblemFolder } from './sources/read-folder.ts'
import { readRows } from './sources/read-rows.ts'
import { readSynthetic, SYNTHETIC_COLUMNS } from './sources/read-synthetic.ts'

export interface ReadProblemsOptions {
  /** Stands in for the name of the file or folder. */
  readonly dataset?: string | undefined
  /** Of problems that state none; default `unknown`. */
  readonly license?: string | undefined
}

const FILE = /\.(?:parquet|jsonl|jsonl\.gz)$/

/**
 * Reads problems from files, folders and globs. All places are checked before the first leaves.
 *
 * @throws UserError for a place that is missing or holds none
 */
export async function* readProblems(
  specs: readonly string[],
  options: ReadProblemsOptions = {},
): AsyncGenerator<ProblemItem> {
  for (const place of await findPlaces(specs)) {
    yield* FILE.test(place) ? readFileProblems(place, options) : readFolderProblems(place, options)
  }
}

async function findPlaces(specs: readonly string[]): Promise<string[]> {
  const places: string[] = []
  for (const spec of specs) {
    const found = statSync(spec, { throwIfNoEntry: false }) ? [spec] : (await fastGlob(spec)).sort()
    if (found.length === 0) throw new UserError(`${spec} does not exist: name a file, a folder or a glob.`)
    for (const place of found) {
      if (!FILE.test(place) && !statSync(place).isDirectory())
        throw new UserError(`${place} is neither Parquet nor JSONL nor a folder of problems.`)
    }
    places.push(...found)
  }
  return places
}

async function* readFolderProblems(
  folder: string,
  { dataset = basename(folder), license = 'unknown' }: ReadProblemsOptions,
): AsyncGenerator<ProblemItem> {
  const folders = await findProblemFolders(folder)
  if (folders.length === 0)
    throw new UserError(
      `${folder} holds no problems: put problem.json, or pairs of .in and .out, beside the programs.`,
    )
  for (const row of folders) {
    yield asItem({ dataset, place: folder, row }, license, readProblemFolder(join(folder, row)))
  }
}

async function* readFileProblems(
  path: string,
  { dataset = basename(path).replace(FILE, ''), license = 'unknown' }: ReadProblemsOptions,
): AsyncGenerator<ProblemItem> {
  for await (const { row, fields } of readRows(path, [...SYNTHETIC_COLUMNS, ...APPS_COLUMNS])) {
    const origin = { dataset, place: path, row }
    if (fields === undefined) {
      yield { kind: 'dropped', origin, reason: 'bad-json', detail: 'the line is no JSON object' }
      continue
    }
    const own = typeof fields.license === 'string' && fields.license !== '' ? fields.license : license
    yield asItem(origin, own, readerFor(path, fields)(fields))
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
