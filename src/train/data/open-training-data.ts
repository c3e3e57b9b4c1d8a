/** What a configuration says of data and texts in; open files, the tokenizer and the templates out. */

import { join } from 'node:path'
import { openTrainingCache, type TrainingCache } from '../../store/training-cache.ts'
import { openTrainingRows, type TrainingRows } from '../../store/training-rows.ts'
import type { GroupConfig, PairConfig } from '../config/train-config.ts'
import { createPromptStyle } from '../prompt/prompt-style.ts'
import { loadTokenizer, type TextTokenizer } from '../tokenizer/load-tokenizer.ts'
import type { Encoding } from './encode-group.ts'
import { type GroupSource, openGroupSource, type SourceOptions } from './group-source.ts'
import { importGroups, isFromElsewhere } from './import-groups.ts'
import { openPairSource } from './pair-source.ts'
import { rowsByLevel } from './rows-by-level.ts'

export interface TrainingData {
  /** What the texts are from, for messages. */
  readonly name: string
  /** What its user should know; undefined for nothing. */
  readonly note?: string
  readonly tokenizer: TextTokenizer
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
  return 'pairs' in config ? pairData(config, tokenizer) : await groupData(config, tokenizer)
}

function pairData(config: PairConfig, tokenizer: TextTokenizer): TrainingData {
  return {
    name: config.pairs.file,
    tokenizer,
    cache: undefined,
    source: ({ split }) => openPairSource(config, tokenizer, split),
    close() {},
  }
}

const NO_EVIDENCE = 'comes without inputs and results: nothing here proves its labels.'

async function groupData(config: GroupConfig, tokenizer: TextTokenizer): Promise<TrainingData> {
  const encoding: Encoding = { tokenizer, style: createPromptStyle(config.prompt, tokenizer), config }
  const opened = await openRows(config)
  const { cachePath } = opened
  const rows = encoding.style.asksForLevel ? rowsByLevel(opened.rows, config.data.levels) : opened.rows
  let cache: TrainingCache
  try {
    cache = openTrainingCache(cachePath)
  } catch (error) {
    rows.close()
    throw error
  }
  return {
    name: config.data.groups,
    tokenizer,
    ...(isFromElsewhere(config.data.groups) && { note: `${config.data.groups} ${NO_EVIDENCE}` }),
    cache,
    source: (options) => openGroupSource(rows, cache, encoding, options),
    close() {
      rows.close()
      cache.close()
    },
  }
}

async function openRows({
  data: { groups, cache, columns },
  out,
}: GroupConfig): Promise<{ rows: TrainingRows; cachePath: string }> {
  if (!isFromElsewhere(groups))
    return { rows: openTrainingRows(groups), cachePath: cache ?? `${groups}.cache` }
  const cachePath = cache ?? join(out, 'groups.cache')
  return { rows: await importGroups(groups, columns, `${cachePath}.rows`), cachePath }
}
