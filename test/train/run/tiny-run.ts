import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseTrainConfig } from '../../../src/train/config/load-train-config.ts'
import type { GroupConfig } from '../../../src/train/config/train-config.ts'
import { makeTokenizer } from '../../../src/train/tokenizer/make-tokenizer.ts'
import { scratchFolder } from '../../scratch-folder.ts'
import { syntheticTexts, writeSyntheticDatabase } from '../../store/synthetic-records.ts'

/** A folder with a database of `groups` groups (8 of 10 to train on, 1 to validate) and a bigram model to train. */
export function makeTinyWorld(groups = 30): {
  readonly folder: string
  readonly database: string
  readonly model: string
} {
  const folder = scratchFolder()
  const database = join(folder, 'groups.db')
  writeSyntheticDatabase(database, groups)

  const model = join(folder, 'start')
  mkdirSync(model)
  const { files, vocabularySize } = makeTokenizer(syntheticTexts(groups), 400)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(model, name), text)
  writeFileSync(join(model, 'config.json'), JSON.stringify({ vocab_size: vocabularySize }))
  return { folder, database, model }
}

/** GEPO with steps of 4 groups and a learning rate at which a table of bigrams learns in a few steps. */
export function tinyConfig(
  world: { readonly folder: string; readonly database: string; readonly model: string },
  given: Record<string, unknown> = {},
): GroupConfig {
  return parseTrainConfig({
    method: 'gepo',
    model: world.model,
    out: join(world.folder, 'run'),
    data: { groups: world.database },
    batch: { groups: 4 },
    epochs: 2,
    optimizer: { learningRate: 0.05 },
    evaluation: { everySteps: 4 },
    checkpoints: { everySteps: 3 },
    engine: { numberType: 'float64' },
    ...given,
  }) as GroupConfig
}

export function readMetrics(out: string): Record<string, unknown>[] {
  const text = readFileSync(join(out, 'metrics.jsonl'), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** The trained weights, byte by byte. */
export function readWeights(folder: string): string {
  return readFileSync(join(folder, 'bigram.safetensors')).toString('hex')
}
