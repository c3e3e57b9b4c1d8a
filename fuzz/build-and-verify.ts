/** Sources into a database, and what of it does not hold. */
import Database from 'better-sqlite3'
import { type Compiler, defaultCompiler } from '../src/execute/choose-compiler.ts'
import { build } from '../src/pipeline/build.ts'
import { type BuildConfigInput, parseBuildConfig } from '../src/pipeline/build-config.ts'
import { verifyGroups } from '../src/pipeline/verify-groups.ts'
import { openStore } from '../src/store/store.ts'
import type { FuzzSettings } from './fuzz-kind.ts'

const SILENT = { report: () => {} }

export async function buildInto(
  database: string,
  sources: readonly string[],
  { jobs, signal }: FuzzSettings,
  given: BuildConfigInput & { readonly compiler?: Compiler } = {},
): Promise<void> {
  const options = { seed: 1, jobs, winners: 6, losers: 4, inputs: 8, ...given }
  const store = openStore(database)
  try {
    await build(parseBuildConfig(options, undefined), sources, store, SILENT, signal)
  } finally {
    store.close()
  }
}

export interface DropRow {
  readonly stage: string
  readonly reason: string
  readonly detail: string
  /** The source's file. */
  readonly row: string
}

export function readDrops(database: string): DropRow[] {
  const db = new Database(database, { readonly: true })
  try {
    const query = `SELECT d.stage, d.reason, d.detail, coalesce(s.row, d.row) AS row
      FROM drops d LEFT JOIN units u ON u.key = d.unit_key LEFT JOIN sources s ON s.key = u.source_key`
    return db.prepare<[], DropRow>(query).all()
  } finally {
    db.close()
  }
}

export async function verifyDatabase(
  database: string,
  { jobs, signal }: FuzzSettings,
): Promise<{
  readonly failures: readonly { readonly row: string; readonly said: string }[]
  readonly groups: number
  readonly units: number
}> {
  const store = openStore(database, { readonly: true })
  try {
    const options = { jobs, seed: 1, sample: undefined, compiler: defaultCompiler() }
    const { failures } = await verifyGroups(store, options, SILENT, signal)
    const { groups, units } = store.stats()
    const rowOf = (groupId: string) => store.source(store.group(groupId)!.unit.sourceId)!.row
    return {
      failures: failures.map(({ groupId, ...failure }) => ({
        row: rowOf(groupId),
        said: `verify: ${JSON.stringify(failure)}`,
      })),
      groups,
      units,
    }
  } finally {
    store.close()
  }
}
