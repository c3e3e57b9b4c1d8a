/** What the options of commands that prove problems have in common: schemas of values, and how a wrong one is said. */
import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { nearestName } from '../base/nearest-name.ts'
import { UserError } from '../base/user-error.ts'
import { LANGUAGES } from '../records/language.ts'
import { DEFAULT_SUITE_LIMITS } from '../records/suite.ts'

export const wholeNumberSchema = (least: number, most: number = Number.MAX_SAFE_INTEGER) =>
  z
    .int({ error: 'must be a whole number' })
    .min(least, { error: `must be at least ${least}` })
    .max(most, { error: `must be at most ${most}` })

export const languageList = () =>
  z
    .array(
      z.enum(LANGUAGES, {
        error: ({ input }) => {
          const near = nearestName(String(input), LANGUAGES)
          return `must name languages out of ${LANGUAGES.join(', ')}, not ${input}${near === undefined ? '' : ` (did you mean ${near}?)`}`
        },
      }),
    )
    .min(1, { error: 'must name at least one language' })

/** With defaults of their own in each command. */
export const testCount = () => wholeNumberSchema(1, 1000)

export const PROOF_FLAGS = {
  testMs: wholeNumberSchema(10, 600_000).default(DEFAULT_SUITE_LIMITS.testMs),
  jobs: wholeNumberSchema(1, 4096).default(() => availableParallelism()),
  dataset: z.string().min(1, { error: 'must not be empty' }).optional(),
  license: z.string().min(1, { error: 'must not be empty' }).optional(),
  limit: wholeNumberSchema(1).optional(),
}

/**
 * @param flags values by option name, undefined where a flag was not given
 * @param command whose help the sentence names
 * @throws UserError naming the flag that is wrong
 */
export function parseProofFlags<Config extends { readonly minTests: number; readonly maxTests: number }>(
  schema: z.ZodType<Config>,
  flags: Record<string, unknown>,
  command: string,
): Readonly<Config> {
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined))
  const parsed = schema.safeParse(given)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const flag = String(issue!.path[0]).replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    throw new UserError(`--${flag} ${issue!.message}; see ${command} --help.`)
  }
  const { minTests, maxTests } = parsed.data
  if (minTests > maxTests)
    throw new UserError(
      `--min-tests (${minTests}) must not exceed --max-tests (${maxTests}); lower the first or raise the second.`,
    )
  return Object.freeze(parsed.data)
}
