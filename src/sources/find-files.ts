/**
 * A folder, file or glob enters; the files to read leave, in bytewise order of their paths, so that indices (and
 * with them shards) are the same on every machine. Folders reached through symbolic links are not entered (links
 * can form cycles), files reached through them are read.
 */
import { access, constants, stat } from 'node:fs/promises'
import { basename, join, posix, relative, resolve } from 'node:path'
import fastGlob from 'fast-glob'
import { errorCode, explainFileError } from '../base/explain-file-error.ts'
import { UserError } from '../base/user-error.ts'

/** `text` is a source by itself, as one of the endings asked for says. */
type FileFormat = 'text' | 'jsonl' | 'parquet'

export interface FoundFile {
  readonly path: string
  /** Path below the folder, or below the fixed part of the glob; '/' between its parts. */
  readonly name: string
  readonly format: FileFormat
}

export interface FoundFiles {
  readonly files: readonly FoundFile[]
  /** True when the user named this one file, so that failing to read it is the user's error. */
  readonly named: boolean
}

/**
 * @param endings of files that each hold one source, with the dot
 * @throws UserError when there is nothing to read.
 */
export async function findFiles(spec: string, endings: readonly string[]): Promise<FoundFiles> {
  const stats = await stat(spec).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined
    throw explainFileError(error, spec)
  })
  if (stats?.isDirectory()) return { files: await listFolder(spec, endings), named: false }
  if (stats) return { files: [await namedFile(spec, stats.isFile(), endings)], named: true }
  if (fastGlob.isDynamicPattern(spec)) return { files: await matchGlob(spec, endings), named: false }
  throw new UserError(
    `${spec} does not exist: give a folder, a ${endingList(endings)} file, a quoted glob, or hf:<data set>`,
  )
}

async function namedFile(path: string, isFile: boolean, endings: readonly string[]): Promise<FoundFile> {
  if (!isFile) throw new UserError(`${path} is neither a file nor a folder: give a regular file`)
  const format = formatOf(path, endings)
  if (!format) throw new UserError(`${path} is not a ${endingList(endings)} file: rename it if it is one`)
  await access(path, constants.R_OK).catch((error: unknown) => {
    throw explainFileError(error, path)
  })
  return { path, name: basename(path), format }
}

async function listFolder(folder: string, endings: readonly string[]): Promise<FoundFile[]> {
  const names = await match(
    endings.map((ending) => `**/*${ending}`),
    folder,
  )
  if (names.length > 0) return names.map((name) => ({ path: join(folder, name), name, format: 'text' }))
  const containers = await match(['**/*.{parquet,jsonl,jsonl.gz}'], folder)
  const hint = containers[0]
    ? `it has ${containers.length} data files such as ${containers[0]}: give those as a quoted glob`
    : 'give a folder with such files in it or below it'
  throw new UserError(`${folder} has no ${orList(endings)} file; ${hint}`)
}

async function matchGlob(pattern: string, endings: readonly string[]): Promise<FoundFile[]> {
  const base = commonFolder(fastGlob.generateTasks(pattern).map((task) => resolve(task.base)))
  const files = (await match([pattern], '.')).flatMap((path) => {
    const format = formatOf(path, endings)
    return format ? [{ path, name: relative(base, resolve(path)), format }] : []
  })
  if (files.length > 0) return files
  throw new UserError(`${pattern} matches no ${endingList(endings)} file: check the pattern and its quotes`)
}

async function match(patterns: string[], cwd: string): Promise<string[]> {
  // Links are kept by hand: fast-glob would either follow links to folders too, or leave out links to files.
  const options = { cwd, onlyFiles: false, objectMode: true, followSymbolicLinks: false } as const
  const entries = await fastGlob(patterns, options).catch((error: unknown) => {
    throw explainFileError(error, cwd)
  })
  const paths = entries
    .filter(({ dirent }) => dirent.isFile() || dirent.isSymbolicLink())
    .map(({ path }) => path)
  return sortBytewise(paths)
}

function sortBytewise(paths: readonly string[]): string[] {
  const keyed = paths.map((path) => ({ path, key: Buffer.from(path) }))
  return keyed.sort((a, b) => a.key.compare(b.key)).map(({ path }) => path)
}

function commonFolder(folders: readonly string[]): string {
  const [first = '.', ...others] = folders
  const parts = first.split(posix.sep)
  const shared = parts.findIndex((part, at) => others.some((other) => other.split(posix.sep)[at] !== part))
  return shared < 0 ? first : parts.slice(0, shared).join(posix.sep) || posix.sep
}

function formatOf(path: string, endings: readonly string[]): FileFormat | undefined {
  if (endings.some((ending) => path.endsWith(ending))) return 'text'
  if (path.endsWith('.jsonl') || path.endsWith('.jsonl.gz')) return 'jsonl'
  if (path.endsWith('.parquet')) return 'parquet'
  return undefined
}

const endingList = (endings: readonly string[]) => orList([...endings, '.jsonl', '.jsonl.gz', '.parquet'])

/** @example orList(['.c', '.jsonl', '.parquet']) // '.c, .jsonl or .parquet' */
const orList = (words: readonly string[]) =>
  new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(words)
