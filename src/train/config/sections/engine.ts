/** On what and how the tensors are computed. */
import { z } from 'zod'
import { DEFAULT_LOGIT_ROWS, LINEAR_LAYERS } from '../engine-defaults.ts'
import { OURS, oneOf, PAPER, positive, source, text, whole, yesNo } from '../fields.ts'

const training = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({
      kind: z.literal('full').meta(source('the paper trains all parameters')),
      gradients: oneOf(['float32', 'bfloat16'])
        .default('float32')
        .meta(source(`${OURS}: the exact one`)),
      moments: oneOf(['float32', 'bfloat16'])
        .default('float32')
        .meta(source(`${OURS}: the exact one`)),
      /** With bfloat16 weights: keep the 16 bits that they lack to float32. */
      master: yesNo()
        .default(true)
        .meta(source(`${OURS}: small updates are lost without it`)),
    }),
    z.strictObject({
      kind: z.literal('lora'),
      rank: whole(1)
        .default(16)
        .meta(source(`${OURS}, the usual of PEFT's examples`)),
      /** The addition is scaled by alpha / rank. */
      alpha: positive()
        .default(32)
        .meta(source(`${OURS}, the usual of PEFT's examples`)),
      /** Linear layers that get an addition: target_modules of PEFT. */
      targets: z
        .array(oneOf(LINEAR_LAYERS))
        .min(1, { error: 'must name at least one layer' })
        .default([...LINEAR_LAYERS])
        .meta(source(`${OURS}: all but the head, as QLoRA, arXiv 2305.14314`)),
      /** Folder of an adapter in PEFT's form to begin with, of the same rank, alpha and layers. */
      adapter: text().nullable().default(null).meta(source('none: additions that change nothing yet')),
    }),
  ],
  { error: 'must have kind: full or kind: lora' },
)

export const engineSection = z.strictObject({
  device: z
    .string()
    .regex(/^(auto|cpu|cuda|cuda:[0-9]+)$/, { error: 'must be auto, cpu, cuda or cuda:0' })
    .default('auto')
    .meta(source(`${OURS}: the first GPU where there is one`)),
  /**
   * How many GPUs of this machine train together, each with a process; on the CPU so many processes, which is for trying
   * it out. Where torchrun or srun starts the processes, those decide.
   */
  devices: z
    .union([z.literal('all'), z.int().min(1)], { error: 'must be all, or a whole number of at least 1' })
    .default(1)
    .meta(source(OURS)),
  /** What the devices share out, and where the optimiser's state is: docs/ranks.md. */
  zero: z
    .strictObject({
      /** 0: nothing; 1: the optimiser's state; 2: and gradients; 3: and weights. */
      stage: z
        .union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)], { error: 'must be 0, 1, 2 or 3' })
        .default(2)
        .meta(source(`${PAPER}; nothing is shared out where one device trains`)),
      /** The optimiser's state in the host's memory, where steps are taken too. */
      offload: yesNo()
        .default(false)
        .meta(source(`${OURS}; the paper offloads`)),
    })
    .prefault({}),
  /** That an operation on the CPU may use. */
  threads: whole(1)
    .nullable()
    .default(null)
    .meta(source('none: as many as cores, shared out to the processes of a machine')),
  /** Of the weights and the computation. */
  numberType: oneOf(['float32', 'bfloat16', 'float64'])
    .default('float32')
    .meta(source(`${OURS}: the exact one; bfloat16 for large models on a GPU`)),
  training: training.prefault({ kind: 'full' }),
  /** A group of more tokens, the prompt counted with each response, goes response by response; the gradient is the same. */
  packedTokens: whole(1)
    .default(16384)
    .meta(source(`${OURS}: see docs/training.md for its memory`)),
  /** What activations kept for the backward pass may take; what does not fit, beside layers' inputs, is computed again. */
  activationBytes: whole(0).nullable().default(null).meta(source('none: everything is kept')),
  /** Rows of logits held at a time. */
  logitRows: whole(1)
    .default(DEFAULT_LOGIT_ROWS)
    .meta(source(`${OURS}: 0.6 GiB with 151,936 entries`)),
  /** Of norms, rotations, gates, log-probabilities and optimiser steps: our own kernels, or libtorch's operations. */
  kernels: oneOf(['auto', 'fused', 'torch'])
    .default('auto')
    .meta(source(`${OURS}: our own on a GPU, where the set-up found nvcc`)),
  /** A prompt that several responses of a pass have is computed once; otherwise with each of them. */
  sharedPrompts: yesNo()
    .default(true)
    .meta(source(`${OURS}: the same but for rounding, and less to compute`)),
})
