/** The losses over texts whose preference is known. */
import { z } from 'zod'
import { PAIRINGS } from '../../../records/preference-pairs.ts'
import { DPO_LOSSES } from '../../losses/dpo-loss.ts'
import { LENGTHS } from '../../losses/group-scores.ts'
import { VARIANCE_KINDS } from '../../losses/moments.ts'
import { OURS, oneOf, PAPER, positive, real, source } from '../fields.ts'

const beta = () => positive().default(0.1).meta(source("DPO's usual; the paper states none"))
const sumOrMean = () =>
  oneOf(LENGTHS).default('sum').meta(source("the paper's and DPO's convention; mean divides by the tokens"))

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
  })
  .prefault({})
