/** What a configuration says of data and texts in; open files, the tokenizer and the templates out. */

import { openTrainingCache, type TrainingCache } from '../../store/training-cache.ts'
import { openTrainingRows, type TrainingRows } from '../../store/training-rows.ts'
import type { GroupConfig, PairConfig } from '../config/train-config.ts'
import { createPromptStyle } from '../prompt/prompt-style.ts'
import { loadTokenizer, type TextTokenizer } from '../tokenizer/load-tokenizer.ts'
import type { Encoding } from './encode-group.ts'
import { type GroupSource, openGroupSource, type SourceOptions } from './group-source.ts'
import { openPairSource } from './pair-source.ts'

export interface TrainingData {
  /** What the texts are from, for messages. */
  readonly name: string
  /** For what is computed once and kept; undefined for pairs, which need no reference. */
  readonly cache: TrainingCache | undefined
  source(options: SourceOptions): Promise<GroupSource>
  close(): void
}

/** @param tokenizerFolder the model's folder */
export async function openTrainingData(
  config: GroupConfig | PairConfig,
  tokenizerFolder: string,
): Promise<TrainingData> {
  const tokenizer = await loadTokenizer(tokenizerFolder)
  return 'pairs' in config ? pairData(config, tokenizer) : groupData(config, tokenizer)
}

function pairData(config: PairConfig, tokenizer: TextTokenizer): TrainingData {
  return {
    name: config.pairs.file,
    cache: undefined,
    source: ({ split }) => openPairSource(config, tokenizer, split),
    close() {},
  }
}

function groupData(config: GroupConfig, tokenizer: TextTokenizer): TrainingData {
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
    name: config.data.groups,
    cache,
    source: (options) => openGroupSource(rows, cache, encoding, options),
    close() {
      rows.close()
      cache.close()
    },
  }
}
