/** transformers and TRL as the oracle, in the Python environment of scripts/oracle-environment.mjs. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import type { TokenBatch } from '../../../src/train/tensor-engine/tensor-engine.ts'

const ROOT = join(import.meta.dirname, '../../..')
export const ORACLE_PYTHON = join(ROOT, '.tools/oracle/bin/python')

/** Why there is no oracle here, for the name of what is skipped; undefined where there is one. */
export const NO_ORACLE = existsSync(ORACLE_PYTHON)
  ? undefined
  : 'skipped: `node scripts/run.mjs node scripts/oracle-environment.mjs` brings transformers'

/** Importing transformers and TRL alone may take a minute on a busy machine. */
export const ORACLE_TIMEOUT_MS = 400_000

/** All requests at once, because the start alone takes seconds; see oracle.py for their kinds. */
export async function askOracle<Answers extends readonly unknown[]>(
  requests: readonly object[],
): Promise<Answers> {
  const { stdout } = await execa(ORACLE_PYTHON, [join(import.meta.dirname, 'oracle.py')], {
    input: JSON.stringify(requests),
    env: { HF_HUB_OFFLINE: '1', CUDA_VISIBLE_DEVICES: '' },
  })
  return JSON.parse(stdout)
}

/** A batch as JSON has it. */
export function plainBatch(batch: TokenBatch): object {
  return { ids: [...batch.ids], offsets: [...batch.offsets], promptLengths: [...batch.promptLengths] }
}
