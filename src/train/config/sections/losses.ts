/** The losses over texts whose preference is known. */
import { z } from 'zod'
import { PAIRINGS } from '../../../records/preference-pairs.ts'
import { DPO_LOSSES } from '../../losses/dpo-loss.ts'
import { LENGTHS } from '../../losses/group-scores.ts'
import { VARIANCE_KINDS } from '../../losses/moments.ts'
import { OURS, oneOf, PAPER, positive, real, source, yesNo } from '../fields.ts'

const beta = () => positive().default(0.1).meta(source("DPO's usual; the paper states none"))
const sumOrMean = () =>
  oneOf(LENGTHS).default('sum').meta(source("the paper's and DPO's convention; mean divides by the tokens"))

/** What keeps winners from falling with the losers; with all of them at their defaults the losses are the paper's. */
const againstDisplacement = {
  /** Weight of the winners' negative log-likelihood a token. */
  winnerLikelihood: real(0).default(0).meta(source('none; RPO, arXiv 2404.19733, has it at 1')),
  /** Weight of what a winner has lost against the reference, inside the sigmoid. */
  winnerFloor: real(0)
    .default(0)
    .meta(source('none; DPOP, arXiv 2402.13228, has it at 50 with a beta of 0.3')),
  /** Inside the sigmoid, taken off beta times the margin. */
  targetMargin: real(0)
    .default(0)
    .meta(source('none; SimPO, arXiv 2405.14734, has 0.5 to 1.6 with a beta of 2 to 2.5')),
  /** The score is the log-probability itself; with length: mean and a targetMargin it is SimPO's. */
  referenceFree: yesNo()
    .default(false)
    .meta(source('the paper takes log-ratios; SimPO, arXiv 2405.14734, does not')),
  /** Share of the labels that is taken for wrong; ours are proven, those of data from elsewhere may not be. */
  labelSmoothing: real(0, 0.5)
    .default(0)
    .meta(source('none: labels are proven; conservative DPO (E. Mitchell, 2023) has 0.1')),
}

export const sftSection = z
  .strictObject({
    length: oneOf(LENGTHS).default('mean').meta(source('usual SFT: the mean over all tokens of a batch')),
  })
  .prefault({})

export const dpoSection = z
  .strictObject({
    beta: beta(),
    loss: oneOf(DPO_LOSSES).default('sigmoid').meta(source('equation (3)')),
    pairs: oneOf(PAIRINGS)
      .default('all')
      .meta(source(`${OURS}: the same texts as GEPO sees`)),
    length: sumOrMean(),
    ...againstDisplacement,
  })
  .prefault({})

export const gepoSection = z
  .strictObject({
    beta: beta(),
    /** Weight of the winners' variance. */
    lambda: real(0).default(1).meta(source(PAPER)),
    variance: oneOf(VARIANCE_KINDS)
      .default('population')
      .meta(source(`${OURS}: Var over the set of winners, equation (9)`)),
    length: sumOrMean(),
    ...againstDisplacement,
  })
  .prefault({})
