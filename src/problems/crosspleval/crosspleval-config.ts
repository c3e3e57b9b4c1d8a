/** Options of `gepo benchmark build crosspleval`: flags in, one checked record out. */
import { z } from 'zod'
import type { Language } from '../../records/language.ts'
import { languageList, PROOF_FLAGS, parseProofFlags, testCount } from '../problem-flags.ts'

/** The paper's, in its order. */
export const PAPERS_SOURCES: readonly Language[] = ['python', 'cpp', 'java', 'go']
export const PAPERS_TARGETS: readonly Language[] = [
  'python',
  'cpp',
  'java',
  'php',
  'javascript',
  'bash',
  'scala',
  'go',
  'typescript',
  'csharp',
  'haskell',
]

const crossPLEvalConfigSchema = z.strictObject({
  sources: languageList().default([...PAPERS_SOURCES]),
  targets: languageList().default([...PAPERS_TARGETS]),
  /** The paper's problems have five or more. */
  minTests: testCount().default(5),
  maxTests: testCount().default(32),
  ...PROOF_FLAGS,
})

export type CrossPLEvalConfig = Readonly<z.output<typeof crossPLEvalConfigSchema>>

/** @throws UserError naming the flag that is wrong */
export const parseCrossPLEvalConfig = (flags: Record<string, unknown>): CrossPLEvalConfig =>
  parseProofFlags(crossPLEvalConfigSchema, flags, 'gepo benchmark build')
