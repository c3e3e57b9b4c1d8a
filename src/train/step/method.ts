/** A configuration's method in, what the loop must know of it out. The loop itself knows no method. */
import type { TrainConfig } from '../../config/train-config.ts'
import { dpoLoss } from '../losses/dpo-loss.ts'
import { gepoLoss } from '../losses/gepo-loss.ts'
import type { GroupLoss } from '../losses/group-loss.ts'
import type { GroupLogProbs, Length } from '../losses/group-scores.ts'
import { sftLoss } from '../losses/sft-loss.ts'

export interface Method {
  readonly name: TrainConfig['method']
  /** Whether losers are in the training batches; evaluation always has them. */
  readonly usesLosers: boolean
  /** Whether log-ratios against a reference are taken; without, scores are the log-probabilities themselves. */
  readonly usesReference: boolean
  /** How scores are taken from log-probabilities, in measures too. */
  readonly length: Length
  /** @param batchMeanTokens winners' tokens per group, the mean over the batch */
  loss(group: GroupLogProbs, batchMeanTokens: number): GroupLoss
}

export function methodOf(config: TrainConfig): Method {
  switch (config.method) {
    case 'sft': {
      const { length } = config.sft
      return {
        name: 'sft',
        usesLosers: false,
        usesReference: false,
        length,
        loss: (group, batchMeanTokens) => sftLoss(group, { length }, batchMeanTokens),
      }
    }
    case 'dpo': {
      const options = config.dpo
      return {
        name: 'dpo',
        usesLosers: true,
        usesReference: true,
        length: options.length,
        loss: (group) => dpoLoss(group, options),
      }
    }
    case 'gepo': {
      const options = config.gepo
      return {
        name: 'gepo',
        usesLosers: true,
        usesReference: true,
        length: options.length,
        loss: (group) => gepoLoss(group, options),
      }
    }
  }
}
