/** A configuration's method in, what the loop must know of its loss of groups out. The loop itself knows no method. */
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

interface ReferenceChoice {
  readonly referenceFree: boolean
}

export function methodOf(config: GroupConfig | PairConfig): Method {
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

function sftMethod(options: SftOptions): Method {
  return {
    name: 'sft',
    usesLosers: false,
    usesReference: false,
    length: options.length,
    loss: (group, batchMeanTokens) => sftLoss(group, options, batchMeanTokens),
  }
}

function dpoMethod(options: DpoOptions & ReferenceChoice): Method {
  return {
    name: 'dpo',
    usesLosers: true,
    usesReference: !options.referenceFree,
    length: options.length,
    loss: (group) => dpoLoss(group, options),
  }
}

function gepoMethod(options: GepoOptions & ReferenceChoice): Method {
  return {
    name: 'gepo',
    usesLosers: true,
    usesReference: !options.referenceFree,
    length: options.length,
    loss: (group) => gepoLoss(group, options),
  }
}
