/** The copying of a database, whose rows may not fit each other: what goes wrong then is said of that file. */
import { UserError } from '../../base/user-error.ts'
import { explainDamage } from '../explain-damage.ts'

export function* explainedCopy(path: string, pages: Generator<number>): Generator<number> {
  try {
    yield* pages
  } catch (error) {
    // Rows that the other file refuses: they contradict each other, or rows that are missing.
    const cause = error instanceof UserError && isConstraint(error.cause) ? error.cause : error
    throw explainDamage(path, cause)
  }
}

const isConstraint = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_CONSTRAINT')
