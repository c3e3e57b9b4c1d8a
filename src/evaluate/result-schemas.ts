/**
 * What the files of a results folder must hold to be used: people and other programs write them, too. Only what is needed of
 * a file is checked; anything more in it is left alone.
 */
import { z } from 'zod'
import { LANGUAGES } from '../records/language.ts'
import type { Verdict } from '../records/verdict.ts'

/** Far more than anybody draws; a number that was damaged would be taken for that many answers that are missing. */
const MOST_SAMPLES = 100_000

const key = {
  problem: z.string(),
  sample: z
    .int()
    .min(0)
    .max(MOST_SAMPLES - 1),
}

export const answerSchema = z.object({
  ...key,
  sample: key.sample.default(0),
  text: z.string(),
  finish: z.enum(['stop', 'length']).default('stop'),
})

const VERDICT_KINDS: Readonly<Record<Verdict['kind'], true>> = {
  passed: true,
  'wrong-answer': true,
  'compile-error': true,
  'runtime-error': true,
  timeout: true,
  'output-limit': true,
  'memory-limit': true,
  'format-error': true,
  unjudged: true,
}

export const verdictSchema = z.object({
  ...key,
  verdict: z.looseObject({ kind: z.enum(Object.keys(VERDICT_KINDS)) }),
})

const language = z.enum(LANGUAGES)

export const entrySchema = z.object({
  problem: z.string(),
  source: language.nullable(),
  target: language,
  unanswerable: z.string().nullable(),
})

const drawing = {
  prompt: z.enum(['raw', 'chat']),
  samples: z.int().min(1).max(MOST_SAMPLES),
}

export const configSchema = z.looseObject({
  form: z.literal(1),
  gepo: z.string(),
  benchmark: z.looseObject({
    name: z.string(),
    from: z.array(z.string()),
    places: z.array(z.string()),
    languages: z.array(language),
    limit: z.int().nullable(),
    problems: z.string(),
  }),
  answers: z.discriminatedUnion('kind', [
    z.looseObject({ kind: z.literal('model'), folder: z.string(), ...drawing }),
    z.looseObject({ kind: z.literal('endpoint'), url: z.string(), model: z.string(), ...drawing }),
    z.looseObject({ kind: z.literal('file'), path: z.string(), ...drawing }),
  ]),
})
