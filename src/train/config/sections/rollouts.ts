/** How translation tasks are answered and judged, and what is learned from it. */
import { z } from 'zod'
import { ADVANTAGE_KINDS, REWARD_SHAPES } from '../../losses/advantages.ts'
import { OURS, oneOf, PAPER, positive, REINFORCE, real, source, whole, yesNo } from '../fields.ts'

export const rolloutSection = z.strictObject({
  /** Tasks that are answered for one batch of rollouts. */
  tasks: whole(1).default(8).meta(source(PAPER)),
  /** Answers to each task. */
  samples: whole(1).default(1).meta(source(REINFORCE)),
  /** Optimiser steps that a batch of rollouts is shared out to. More than one are no longer quite on-policy. */
  steps: whole(1)
    .default(1)
    .meta(source(`${OURS}: on-policy`)),
  /** An answer that has not ended by then is wrong. */
  maxNewTokens: whole(1)
    .default(2048)
    .meta(source(`${OURS}: a program and the words around it`)),
  /** Of the drawing. Others than 1, 1 and 0 draw from another distribution than the one that is trained. */
  temperature: positive().default(1).meta(source(REINFORCE)),
  topP: real(0, 1).default(1).meta(source(REINFORCE)),
  topK: whole(0).default(0).meta(source('none: all tokens')),
  /** Answers that are drawn at a time; the next begins as soon as one has ended. */
  batchSize: whole(1)
    .default(64)
    .meta(source(`${OURS}: see docs/training.md for its memory`)),
  /** Whether a GPU's steps are recorded once and played back (CUDA graphs), which takes the host out of their time. */
  cudaGraphs: yesNo()
    .default(false)
    .meta(source(`${OURS}: not yet measured`)),
})

export const judgeSection = z.strictObject({
  /** Answers that are judged at a time. */
  jobs: whole(1).nullable().default(null).meta(source('none: as many as cores')),
})

export const reinforceSection = z.strictObject({
  /** global: KL in the reward. baseline: less the mean of the task's answers, KL in the loss. */
  advantages: oneOf(['auto', ...ADVANTAGE_KINDS])
    .default('auto')
    .meta(source(`${REINFORCE}: global for one answer a task, baseline for several`)),
  /** Weight of the KL to the reference; 0: no reference is kept in memory. */
  klCoefficient: real(0)
    .default(1e-4)
    .meta(source(`${OURS}; the paper states none`)),
  /** A token's KL counts up to this, in nats. */
  klClip: positive().default(10).meta(source(REINFORCE)),
  /** Rewards of 0 and 1, or of -1 and 1. */
  rewardShape: oneOf(REWARD_SHAPES).default('binary').meta(source('the paper, equation (4)')),
  rewardClip: positive().default(10).meta(source(REINFORCE)),
  /** How far a token's probability may move within a batch of rollouts. */
  clip: positive().default(0.2).meta(source(REINFORCE)),
  /** Above 1: the loss of a token of negative advantage is at most this times it. */
  dualClip: real(1).nullable().default(null).meta(source('none')),
})

export const oorlSection = z.strictObject({
  /** Weights of both losses, equation (10). With 0 a part is left out and only evaluated. */
  reinforceWeight: real(0).default(1).meta(source(PAPER)),
  preferenceWeight: real(0).default(0.01).meta(source(PAPER)),
  /** dpo: the paper's ablation. */
  preference: oneOf(['gepo', 'dpo']).default('gepo').meta(source(PAPER)),
})
