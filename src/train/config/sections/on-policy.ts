/** Answers of the model's own that join its groups. */
import { z } from 'zod'
import { OURS, oneOf, positive, real, source, whole, yesNo } from '../fields.ts'

/** Answers that are wrong in ways that no group has losers of. */
export const OTHER_LOSERS = ['undefined', 'timeout', 'crash', 'mismatch', 'refused'] as const

export const onPolicySection = z.strictObject({
  /** Answers that are drawn to the prompt of each group of a step. */
  samples: whole(1).default(4).meta(source(OURS)),
  /** In every so-manieth step; in the others the groups have what was drawn before. */
  every: whole(1).default(1).meta(source(OURS)),
  /** Of the model's own answers that a group has at most, the newest. */
  most: whole(1)
    .default(8)
    .meta(source(`${OURS}: about as many as a group has members`)),
  /** Kinds of answers that are losers too, beside those that differ and malformed ones. */
  losers: z
    .array(oneOf(OTHER_LOSERS))
    .default([])
    .meta(source('none: their results are not those of a program that is wrong, but of none')),
  /** An answer that has not ended by then is left out. */
  maxNewTokens: whole(1)
    .default(1024)
    .meta(source(`${OURS}: a function of some lines`)),
  temperature: positive()
    .default(1)
    .meta(source(`${OURS}: the policy's own distribution`)),
  topP: real(0, 1)
    .default(1)
    .meta(source(`${OURS}: the policy's own distribution`)),
  topK: whole(0).default(0).meta(source('none: all tokens')),
  /** Inputs beyond the group's that a difference is looked for on, before an answer becomes a winner. */
  searchInputs: whole(0)
    .default(0)
    .meta(source(`${OURS}: the group's inputs`)),
  /** Answers that are drawn at a time. */
  batchSize: whole(1).default(64).meta(source(OURS)),
  cudaGraphs: yesNo()
    .default(false)
    .meta(source(`${OURS}: not yet measured`)),
})
