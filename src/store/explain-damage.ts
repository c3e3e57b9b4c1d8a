/**
 * The methods of a database in, the same methods out, but what goes wrong while records are read says that the file is
 * damaged. Rows are written by this program alone and checked then; a record that cannot be read back has been changed
 * by something else: a failing disk, another program, somebody's hand.
 */
import { UserError } from '../base/user-error.ts'

/** @param names the methods that read, generators among them */
export function withDamageExplained<Methods extends object>(
  path: string,
  methods: Methods,
  names: readonly (keyof Methods)[],
): Methods {
  const explain = <Result>(work: () => Result): Result => {
    try {
      return work()
    } catch (error) {
      throw explainDamage(path, error)
    }
  }
  const guarded = Object.fromEntries(
    names.map((name) => {
      const method = methods[name] as (...given: unknown[]) => unknown
      return [
        name,
        (...given: unknown[]) => {
          const result = explain(() => method.apply(methods, given))
          return isGenerator(result) ? eachExplained(result, explain) : result
        },
      ]
    }),
  )
  return { ...methods, ...guarded }
}

function* eachExplained(
  rows: Generator<unknown>,
  explain: <Result>(work: () => Result) => Result,
): Generator<unknown> {
  try {
    for (let row = explain(() => rows.next()); !row.done; row = explain(() => rows.next())) yield row.value
  } finally {
    rows.return(undefined)
  }
}

function isGenerator(value: unknown): value is Generator<unknown> {
  return value !== null && typeof value === 'object' && Symbol.iterator in value && 'return' in value
}

/** Errors for the user stay as they are. */
export function explainDamage(path: string, error: unknown): UserError {
  if (error instanceof UserError) return error
  const words = error instanceof Error ? error.message : String(error)
  return new UserError(
    `${path} holds a record that gepo cannot have written (${words.split('\n', 1)[0]!.slice(0, 200)}); restore the file from a copy, or build it anew.`,
    { cause: error },
  )
}
