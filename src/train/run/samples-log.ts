/**
 * What a model answers at each evaluation in, a JSON line each in samples.jsonl out: a few prompts, the same ones each time,
 * so that one can read how the answers change.
 */
import { join } from 'node:path'
import { z } from 'zod'
import type { RunProgress } from './checkpoints.ts'
import { openLinesLog, readLines } from './lines-log.ts'

const sampleSchema = z.object({
  kind: z.literal('sample'),
  /** Optimiser steps done when the answer was given. */
  step: z.int(),
  /** What was asked: a group's code, a translation task, a unit whose IR is judged. */
  of: z.enum(['group', 'translation', 'compile']),
  /** Of the group or of the task. */
  id: z.string(),
  /** As the model saw it. */
  prompt: z.string(),
  /** The model's likeliest one, without the token that ended it. */
  answer: z.string(),
  /** Of the answer, with the one that ended it. */
  tokens: z.int(),
  /** Whether it ended by itself; else it was as long as it may be. */
  ended: z.boolean(),
  /** What the judge said of it, where there is one; its words are `kind`'s. */
  verdict: z.looseObject({ kind: z.string() }).optional(),
})

/** A line of samples.jsonl. */
export type AnswerSample = Readonly<z.output<typeof sampleSchema>>
/** What is known of it before it is written. */
export type KeptAnswer = Omit<AnswerSample, 'kind' | 'step'>

export interface SamplesLog {
  add(step: number, samples: readonly KeptAnswer[]): void
}

/** @param resumed where the run goes on; undefined for a new one */
export function openSamplesLog(folder: string, resumed: RunProgress | undefined): SamplesLog {
  const append = openLinesLog(fileIn(folder), resumed)
  return {
    add(step, samples) {
      for (const sample of samples) append({ kind: 'sample', step, ...sample })
    },
  }
}

/** In the order in which they were written; none where there is no log. What cannot be read is left out. */
export function readSamples(folder: string): AnswerSample[] {
  return readLines(fileIn(folder), sampleSchema)
}

const fileIn = (folder: string) => join(folder, 'samples.jsonl')
