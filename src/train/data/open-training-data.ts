/** What a configuration says of data and texts in; open files, the tokenizer and the templates out. */
import type { TrainConfig } from '../../config/train-config.ts'
import { openTrainingCache, type TrainingCache } from '../../store/training-cache.ts'
import { openTrainingRows, type TrainingRows } from '../../store/training-rows.ts'
import { createPromptStyle } from '../prompt/prompt-style.ts'
import { loadTokenizer } from '../tokenizer/load-tokenizer.ts'
import type { Encoding } from './encode-group.ts'
import { type GroupSource, openGroupSource, type SourceOptions } from './group-source.ts'

export interface TrainingData {
  readonly cache: TrainingCache
  source(options: SourceOptions): Promise<GroupSource>
  close(): void
}

/** @param tokenizerFolder the model's folder */
export async function openTrainingData(config: TrainConfig, tokenizerFolder: string): Promise<TrainingData> {
  const tokenizer = await loadTokenizer(tokenizerFolder)
  const encoding: Encoding = { tokenizer, style: createPromptStyle(config.prompt, tokenizer), config }
  const rows: TrainingRows = openTrainingRows(config.data.groups)
  let cache: TrainingCache
  try {
    cache = openTrainingCache(config.data.cache ?? `${config.data.groups}.cache`)
  } catch (error) {
    rows.close()
    throw error
  }
  return {
    cache,
    source: (options) => openGroupSource(rows, cache, encoding, options),
    close() {
      rows.close()
      cache.close()
    },
  }
}
