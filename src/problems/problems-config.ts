/** Options of `gepo problems`: flags in, one checked record out. */
import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { nearestName } from '../base/nearest-name.ts'
import { UserError } from '../base/user-error.ts'
import { LANGUAGES, type Language } from '../records/language.ts'
import { DEFAULT_SUITE_LIMITS } from '../records/suite.ts'

/** What the paper trains translation into. */
const PAPERS_TARGETS: readonly Language[] = ['python', 'cpp', 'java', 'php', 'bash', 'javascript']

const wholeNumber = (least: number, most: number = Number.MAX_SAFE_INTEGER) =>
  z
    .int({ error: 'must be a whole number' })
    .min(least, { error: `must be at least ${least}` })
    .max(most, { error: `must be at most ${most}` })

const problemsConfigSchema = z.strictObject({
  targets: z
    .array(
      z.enum(LANGUAGES, {
        error: ({ input }) => {
          const near = nearestName(String(input), LANGUAGES)
          return `must name languages out of ${LANGUAGES.join(', ')}, not ${input}${near === undefined ? '' : ` (did you mean ${near}?)`}`
        },
      }),
    )
    .min(1, { error: 'must name at least one language' })
    .default([...PAPERS_TARGETS]),
  minTests: wholeNumber(1, 1000).default(3),
  maxTests: wholeNumber(1, 1000).default(16),
  testMs: wholeNumber(10, 600_000).default(DEFAULT_SUITE_LIMITS.testMs),
  jobs: wholeNumber(1, 4096).default(() => availableParallelism()),
  dataset: z.string().min(1, { error: 'must not be empty' }).optional(),
  license: z.string().min(1, { error: 'must not be empty' }).optional(),
  limit: wholeNumber(1).optional(),
})

export type ProblemsConfig = Readonly<z.output<typeof problemsConfigSchema>>

/**
 * @param flags values by option name, undefined where a flag was not given
 * @throws UserError naming the flag that is wrong
 */
export function parseProblemsConfig(flags: Record<string, unknown>): ProblemsConfig {
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined))
  const parsed = problemsConfigSchema.safeParse(given)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const flag = String(issue!.path[0]).replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    throw new UserError(`--${flag} ${issue!.message}; see gepo problems --help.`)
  }
  const { minTests, maxTests } = parsed.data
  if (minTests > maxTests)
    throw new UserError(
      `--min-tests (${minTests}) must not exceed --max-tests (${maxTests}); lower the first or raise the second.`,
    )
  return Object.freeze(parsed.data)
}
