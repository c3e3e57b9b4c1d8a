import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect } from 'vitest'
import type { TrainConfig } from '../../../src/train/config/train-config.ts'

const program = fileURLToPath(new URL('train-until-killed.ts', import.meta.url))

/**
 * A run in a process of its own that dies by kill -9 in that step.
 *
 * @returns what it said
 */
export async function killInStep(
  kind: 'bigram' | 'native' | 'ranks',
  config: TrainConfig,
  step: number,
): Promise<string> {
  const configFile = `${config.out}.json`
  writeFileSync(configFile, JSON.stringify(config))
  const { signal, stdout } = await execa(process.execPath, [program, kind, configFile, String(step)], {
    reject: false,
  })
  expect(signal).toBe('SIGKILL')
  return stdout
}
