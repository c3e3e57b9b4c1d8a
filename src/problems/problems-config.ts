/** Options of `gepo problems`: flags in, one checked record out. */
import { z } from 'zod'
import type { Language } from '../records/language.ts'
import { languageList, PROOF_FLAGS, parseProofFlags, testCount } from './problem-flags.ts'

/** What the paper trains translation into. */
const PAPERS_TARGETS: readonly Language[] = ['python', 'cpp', 'java', 'php', 'bash', 'javascript']

const problemsConfigSchema = z.strictObject({
  targets: languageList().default([...PAPERS_TARGETS]),
  minTests: testCount().default(3),
  maxTests: testCount().default(16),
  ...PROOF_FLAGS,
})

export type ProblemsConfig = Readonly<z.output<typeof problemsConfigSchema>>

/** @throws UserError naming the flag that is wrong */
export const parseProblemsConfig = (flags: Record<string, unknown>): ProblemsConfig =>
  parseProofFlags(problemsConfigSchema, flags, 'gepo problems')
