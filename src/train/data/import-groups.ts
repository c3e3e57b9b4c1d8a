/**
 * Groups and pairs from elsewhere: Parquet or JSON lines, with a prompt and what was chosen and rejected, in a column
 * each, as TRL has pairs and `gepo export` groups. Nothing proves their labels: there are no inputs to run.
 *
 * - `chosen` and `rejected` are text, messages (the content of the last counts), or lists of text.
 * - `prompt` is text or messages (their contents).
 * - The split is that of the column `split`, else of the file's name, else train.
 * - `id`, `chosen_levels`, `rejected_level`, `rejected_class`, `rejected_operator` are taken where they are there.
 */
import { createHash } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import fastGlob from 'fast-glob'
import { UserError } from '../../base/user-error.ts'
import { LOSER_CLASSES, type LoserClass } from '../../records/group-record.ts'
import { LEVELS, type Level } from '../../records/level.ts'
import type { Split } from '../../records/split.ts'
import { findHubFiles } from '../../sources/find-hub-files.ts'
import { hubPrefix } from '../../sources/parse-hub-spec.ts'
import { readRows } from '../../sources/read-rows.ts'
import { type ImportedGroup, openImportedRows } from '../../store/imported-rows.ts'
import type { TrainingRows } from '../../store/training-rows.ts'

export interface ImportColumns {
  readonly prompt: string
  readonly chosen: string
  readonly rejected: string
}

const FILE = /\.(?:parquet|jsonl|jsonl\.gz)$/
/** Folders that an exported data set has, the fuller one first. */
const CONFIGS = ['groups', 'pairs'] as const

/** Whether `data.groups` names something else than a database. */
export function isFromElsewhere(groups: string): boolean {
  if (groups.startsWith(hubPrefix) || FILE.test(groups)) return true
  // What is there is no pattern, whatever its name looks like.
  return existsSync(groups) ? statSync(groups).isDirectory() : fastGlob.isDynamicPattern(groups)
}

interface PlacedFile {
  /** Its name where it came from. */
  readonly name: string
  /** Changes with its content. */
  readonly version: string
  path(): Promise<string>
}

/**
 * @param side file that the groups are kept in
 * @throws UserError for places that are missing, or hold rows of another form
 */
export async function importGroups(
  spec: string,
  columns: ImportColumns,
  side: string,
): Promise<TrainingRows> {
  const files = spec.startsWith(hubPrefix) ? await hubFiles(spec) : await localFiles(spec)
  const parts = ['import 1', columns, files.map(({ name, version }) => [name, version])]
  const fingerprint = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  return openImportedRows(side, fingerprint, () => readGroups(files, columns))
}

async function hubFiles(spec: string): Promise<PlacedFile[]> {
  const files = await findHubFiles(spec)
  const config = CONFIGS.find((name) => files.some(({ place }) => place.includes(`/${name}/`)))
  return files
    .filter(({ place }) => config === undefined || place.includes(`/${config}/`))
    .map(({ place, fetch }) => ({ name: place, version: place, path: fetch }))
}

async function localFiles(spec: string): Promise<PlacedFile[]> {
  const paths = (await localPaths(spec)).sort()
  if (paths.length === 0)
    throw new UserError(
      `${spec} has no Parquet or JSON lines (.parquet, .jsonl, .jsonl.gz); name them as data.groups.`,
    )
  return paths.map((path) => {
    const { size, mtimeMs } = statSync(path)
    return { name: path, version: `${size} ${mtimeMs}`, path: async () => path }
  })
}

async function localPaths(spec: string): Promise<string[]> {
  if (!existsSync(spec)) {
    if (!fastGlob.isDynamicPattern(spec))
      throw new UserError(`${spec} does not exist; name a file, a folder or a glob as data.groups.`)
    return (await fastGlob(spec)).filter((path) => FILE.test(path))
  }
  if (!statSync(spec).isDirectory()) return [spec]
  const within = CONFIGS.map((name) => join(spec, name)).find((folder) => existsSync(folder)) ?? spec
  return fastGlob('**/*.{parquet,jsonl,jsonl.gz}', { cwd: within, absolute: true })
}

async function* readGroups(
  files: readonly PlacedFile[],
  columns: ImportColumns,
): AsyncGenerator<ImportedGroup> {
  const wanted = [...Object.values(columns), 'id', 'split', ...TRAITS]
  for (const file of files) {
    const path = await file.path()
    for await (const { row, fields } of readRows(path, wanted)) {
      const place = `Row ${row} of ${file.name}`
      if (fields === undefined) throw new UserError(`${place} is no JSON object; mend it or take it out.`)
      yield groupOf(fields, columns, file.name, place)
    }
  }
}

const TRAITS = ['chosen_levels', 'rejected_level', 'rejected_class', 'rejected_operator'] as const

function groupOf(
  fields: Readonly<Record<string, unknown>>,
  columns: ImportColumns,
  file: string,
  place: string,
): ImportedGroup {
  const prompt = promptText(fields[columns.prompt])
  const chosen = responses(fields[columns.chosen])
  const rejected = responses(fields[columns.rejected])
  const [missing] = Object.entries({ prompt, chosen, rejected }).filter(([, value]) => value === undefined)
  if (missing !== undefined) {
    const name = columns[missing[0] as keyof ImportColumns]
    throw new UserError(
      `${place} has no text in the column ${name} (it has ${Object.keys(fields).join(', ')}); name the column as data.columns.${missing[0]}.`,
    )
  }
  const levels = listOf(fields.chosen_levels)
  const trait = (name: string, at: number) => {
    const value = fields[name]
    return Array.isArray(value) ? value[at] : value
  }
  const content = {
    code: prompt!,
    winners: chosen!.map((ir, at) => ({ ir, levels: levelsOf(levels?.[at]) })),
    losers: rejected!.map((ir, at) => ({
      ir,
      level: oneOf<Level>(LEVELS, trait('rejected_level', at)),
      class: oneOf<LoserClass>(LOSER_CLASSES, trait('rejected_class', at)),
      operator: String(trait('rejected_operator', at) ?? 'unknown'),
    })),
  }
  const id =
    typeof fields.id === 'string' && fields.id !== ''
      ? fields.id
      : createHash('sha256').update(JSON.stringify(content)).digest('hex')
  return { id, split: splitOf(fields.split, file), ...content }
}

const listOf = (value: unknown): readonly unknown[] | undefined => (Array.isArray(value) ? value : undefined)

function levelsOf(value: unknown): Level[] | null {
  const known = (listOf(value) ?? []).filter((one): one is Level => LEVELS.includes(one as Level))
  return known.length === 0 ? null : known
}

const oneOf = <Name extends string>(names: readonly Name[], value: unknown): Name | null =>
  names.find((name) => name === value) ?? null

const SPLIT_NAMES: Readonly<Record<string, Split>> = {
  train: 'train',
  validation: 'validation',
  valid: 'validation',
  val: 'validation',
  dev: 'validation',
  test: 'test',
}

function splitOf(value: unknown, file: string): Split {
  const [word] = typeof value === 'string' ? [value] : (/^[a-z]+/.exec(basename(file)) ?? [''])
  return SPLIT_NAMES[word!] ?? 'train'
}

/** Messages are lists of `{role, content}`. */
function contents(value: unknown): string[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined
  const texts = value.map((one) => (one as { content?: unknown } | null)?.content)
  return texts.every((text) => typeof text === 'string') ? texts : undefined
}

function promptText(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  return contents(value)?.join('\n\n')
}

function responses(value: unknown): string[] | undefined {
  if (typeof value === 'string') return value === '' ? undefined : [value]
  const messages = contents(value)
  if (messages !== undefined) return messages.slice(-1)
  const texts = listOf(value)
  return texts?.length && texts.every((text) => typeof text === 'string') ? (texts as string[]) : undefined
}
