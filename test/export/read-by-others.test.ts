/** Exported data sets as others read them: `datasets`, pyarrow, DuckDB, and a step of TRL's DPOTrainer on the pairs. */
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { run } from '../cli/captured-context.ts'
import { scratchFolder } from '../scratch-folder.ts'
import { writeSyntheticDatabase } from '../store/synthetic-records.ts'
import { NO_ORACLE, ORACLE_PYTHON, ORACLE_TIMEOUT_MS } from '../train/tensor-engine/ask-oracle.ts'

const GROUPS = 20

async function read(folder: string, model?: string) {
  const script = join(import.meta.dirname, 'read_dataset.py')
  const { stdout } = await execa(
    ORACLE_PYTHON,
    [script, folder, scratchFolder(), ...(model ? [model] : [])],
    {
      env: { HF_HUB_OFFLINE: '1', CUDA_VISIBLE_DEVICES: '', HF_HOME: scratchFolder() },
    },
  )
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!)
}

async function exported(...flags: string[]) {
  const folder = scratchFolder()
  const database = join(folder, 'groups.db')
  writeSyntheticDatabase(database, GROUPS)
  const out = join(folder, 'set')
  const { stdout, exit } = await run(['export', database, '--out', out, '--no-audit', '--json', ...flags])
  expect(exit).toBe(0)
  return { database, out, rows: JSON.parse(stdout).rows }
}

describe.skipIf(NO_ORACLE)('an exported data set', { timeout: ORACLE_TIMEOUT_MS }, () => {
  it('has its configurations, splits, features and types for everybody', async () => {
    const { out, rows } = await exported('--format', 'parquet')
    const found = await read(out)
    expect(found.rows).toEqual(rows)
    for (const config of ['groups', 'pairs']) {
      const total = Object.values(rows[config] as Record<string, number>).reduce((a, b) => a + b, 0)
      expect(found.arrow[config]).toBe(total)
      expect(found.duckdb[config].rows).toBe(total)
    }
    expect(found.features.groups).toMatchObject({
      prompt: "Value('string')",
      chosen: "List(Value('string'))",
      chosen_levels: "List(List(Value('string')))",
      rejected_difficulty: "List(Value('float64'))",
    })
    expect(found.duckdb.groups.types).toMatchObject({
      chosen: 'VARCHAR[]',
      chosen_levels: 'VARCHAR[][]',
      rejected_difficulty: 'DOUBLE[]',
    })
  })

  it("is what TRL's DPOTrainer trains on", async () => {
    const { database, out } = await exported('--format', 'trl')
    const model = join(scratchFolder(), 'model')
    const made = await run(['init-model', database, '--out', model, '--size', 'tiny'])
    expect(made).toMatchObject({ exit: 0 })
    const found = await read(out, model)
    expect(found.loss).toBeGreaterThan(0)
    expect(found.features.unpaired.label).toBe("Value('bool')")
  })

  it('has messages where a conversation was asked for', async () => {
    const { out } = await exported('--format', 'trl', '--form', 'conversational')
    const { features } = await read(out)
    expect(features.pairs.chosen).toBe("List({'role': Value('string'), 'content': Value('string')})")
  })
})
