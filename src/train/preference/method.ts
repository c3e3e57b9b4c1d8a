/** A configuration's method in, what the loop must know of its loss of groups out. The loop itself knows no method. */
import { usesReference } from '../config/reference-needs.ts'
import type { GroupConfig, PairConfig } from '../config/train-config.ts'
import { type DpoOptions, dpoLoss } from '../losses/dpo-loss.ts'
import { type GepoOptions, gepoLoss } from '../losses/gepo-loss.ts'
import type { GroupLoss } from '../losses/group-loss.ts'
import type { GroupLogProbs, Length } from '../losses/group-scores.ts'
import { type SftOptions, sftLoss } from '../losses/sft-loss.ts'

export interface Method {
  readonly name: 'sft' | 'dpo' | 'gepo'
  /** Whether losers are in the training batches; evaluation always has them. */
  readonly usesLosers: boolean
  /** Whether log-ratios against a reference are taken; without, scores are the log-probabilities themselves. */
  readonly usesReference: boolean
  /** How scores are taken from log-probabilities, in measures too. */
  readonly length: Length
  /** @param batchMeanTokens winners' tokens per group, the mean over the batch */
  loss(group: GroupLogProbs, batchMeanTokens: number): GroupLoss
}

type Loss = Omit<Method, 'usesReference'>

export function methodOf(config: GroupConfig | PairConfig): Method {
  return { ...lossOf(config), usesReference: usesReference(config) }
}

function lossOf(config: GroupConfig | PairConfig): Loss {
  switch (config.method) {
    case 'sft':
      return sftMethod(config.sft)
    case 'dpo':
      return dpoMethod(config.dpo)
    case 'gepo':
      return gepoMethod(config.gepo)
    case 'oorl':
      return config.oorl.preference === 'dpo' ? dpoMethod(config.dpo) : gepoMethod(config.gepo)
  }
}

function sftMethod(options: SftOptions): Loss {
  return {
    name: 'sft',
    usesLosers: false,
    length: options.length,
    loss: (group, batchMeanTokens) => sftLoss(group, options, batchMeanTokens),
  }
}

function dpoMethod(options: DpoOptions): Loss {
  return {
    name: 'dpo',
    usesLosers: true,
    length: options.length,
    loss: (group) => dpoLoss(group, options),
  }
}

function gepoMethod(options: GepoOptions): Loss {
  return {
    name: 'gepo',
    usesLosers: true,
    length: options.length,
    loss: (group) => gepoLoss(group, options),
  }
}
