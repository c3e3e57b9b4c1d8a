/**
 * Groups in, a data set in a folder out as the hub has them: a folder a configuration, files by split, and a card. The
 * folder appears under its name when all of it is there.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { UserError } from '../base/user-error.ts'
import type { StoredGroup } from '../records/group-record.ts'
import { SPLITS, type Split } from '../records/split.ts'
import type { DatasetConfig } from './dataset-configs.ts'
import { explainUnwritten } from './explain-unwritten.ts'
import { groupLine } from './group-line.ts'
import { openParquetOut, type WrittenFiles } from './parquet/write-parquet.ts'

export interface DatasetOptions {
  readonly configs: readonly DatasetConfig[]
  /** Default: all. */
  readonly splits?: readonly Split[]
  /** Groups of a split, one at a time. */
  groupsOf(split: Split): Iterable<StoredGroup>
  readonly onGroup?: () => void
  readonly signal?: AbortSignal
  /** The card's text. */
  card(written: WrittenDataset): string
}

export interface WrittenDataset {
  readonly groups: number
  readonly configs: readonly WrittenConfig[]
  /** Groups by the licence of their source. */
  readonly licenses: ReadonlyMap<string, number>
}

export interface WrittenConfig extends Pick<DatasetConfig, 'name' | 'columns'> {
  /** Splits that have rows. */
  readonly splits: readonly (WrittenFiles & { readonly split: Split })[]
}

const GROUPS_AT_A_TIME = 64

/**
 * @param out a folder that is not there yet, or is empty
 * @throws UserError where it cannot be written; then nothing is left of it
 */
export async function writeDataset(out: string, options: DatasetOptions): Promise<WrittenDataset> {
  if (existsSync(out) && (!statSync(out).isDirectory() || readdirSync(out).length > 0))
    throw new UserError(`${out} is there already; name a folder that is not, or remove it.`)
  const partial = `${out}.${process.pid}.partial`
  try {
    mkdirSync(partial)
    const written = await writeConfigs(partial, options)
    writeFileSync(join(partial, 'README.md'), options.card(written))
    if (existsSync(out)) rmdirSync(out)
    renameSync(partial, out)
    return written
  } catch (error) {
    rmSync(partial, { recursive: true, force: true })
    throw explainUnwritten(error, out, 'folder')
  }
}

async function writeConfigs(
  folder: string,
  { configs, splits = SPLITS, groupsOf, onGroup, signal }: DatasetOptions,
): Promise<WrittenDataset> {
  const licenses = new Map<string, number>()
  const ofConfig = configs.map(() => [] as (WrittenFiles & { split: Split })[])
  let groups = 0
  for (const { name } of configs) mkdirSync(join(folder, name))
  for (const split of splits) {
    const outs = configs.map(({ name, columns }) =>
      openParquetOut({ columns, folder: join(folder, name), name: split }),
    )
    for (const stored of groupsOf(split)) {
      // So that somebody who waits can be heard.
      if (groups % GROUPS_AT_A_TIME === 0) await setImmediate()
      signal?.throwIfAborted()
      const line = groupLine(stored)
      for (const [index, { rowsOf }] of configs.entries())
        for (const row of rowsOf(line)) outs[index]!.write(row)
      licenses.set(line.source.license, (licenses.get(line.source.license) ?? 0) + 1)
      groups++
      onGroup?.()
    }
    for (const [index, out] of outs.entries()) {
      const files = out.finish()
      if (files.rows > 0) ofConfig[index]!.push({ split, ...files })
    }
  }
  if (groups === 0) throw new UserError('There is no group to write; build some, or choose another split.')
  return {
    groups,
    licenses,
    configs: configs.map(({ name, columns }, index) => ({ name, columns, splits: ofConfig[index]! })),
  }
}
