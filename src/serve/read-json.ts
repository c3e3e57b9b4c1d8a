/** Text of JSON in, what a schema makes of it out; else the sentence that says what is wrong, as a RequestError. */
import type { z } from 'zod'
import { explainIssue } from '../base/explain-issue.ts'
import { parseLenientJson } from '../base/parse-json.ts'
import { UserError } from '../base/user-error.ts'
import { parseSuite } from '../judge/read-suite.ts'
import { parseKeepingFloats } from '../records/json-value.ts'
import type { Suite } from '../records/suite.ts'
import { RequestError } from './request-error.ts'
import type { ServeLimits } from './serve-limits.ts'

const SHOWN_CHARS = 500
/** Of arrays in arrays: what comes after would lose its way far beyond it, in any language. */
const MOST_DEPTH = 200

/** @param place where the value is, for the sentence */
export function readAs<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  place: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  if (issue!.path.length === 0 && issue!.code === 'invalid_type')
    throw new RequestError(422, `${capital(place)} must be an object of JSON.`)
  throw new RequestError(422, shortened(explainIssue(issue!, schema, value, place).message))
}

/** JSON in which 3.0 is not 3, as the judge has it. */
export function parseJson(text: string, place: string): unknown {
  return guarded(place, () => parseLenientJson(text, parseKeepingFloats))
}

/**
 * A problem, as an object or as a text that holds its JSON: tables of data sets give objects fields that they do not have.
 *
 * @throws RequestError for one that is none, or asks for more than the server gives
 */
export function readProblem(value: unknown, place: string, limits: ServeLimits): Suite {
  const suite = guarded(place, () => {
    const json = typeof value === 'string' ? parseJson(value, place) : value
    if (isDeeper(json, MOST_DEPTH)) throw new RangeError()
    return parseSuite(json, capital(place))
  })
  const { testMs, memoryBytes } = suite.limits
  refuseMore(`tests of ${place}`, suite.tests.length, limits.tests, '--max-tests')
  refuseMore(`limits.testMs of ${place}`, testMs, limits.testMs, '--max-test-seconds')
  refuseMore(`limits.memoryBytes of ${place}`, memoryBytes, limits.memoryBytes, '--max-memory-mib')
  return suite
}

/** @throws RequestError where more is asked for than the server gives */
export function refuseMore(what: string, asked: number, most: number, flag: string): void {
  if (asked > most)
    throw new RequestError(422, `${what}: ${asked} is more than this server gives (${most}; see ${flag}).`)
}

/** What is wrong with the value, and no bug: not JSON, no problem, or arrays in arrays without end. */
function guarded<Result>(place: string, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new RequestError(400, shortened(`${capital(place)} is not JSON: ${error.message}.`))
    if (error instanceof UserError) throw new RequestError(422, shortened(error.message))
    if (error instanceof RangeError) throw new RequestError(422, `${capital(place)} is nested too deeply.`)
    throw error
  }
}

const isDeeper = (value: unknown, depth: number): boolean =>
  value !== null &&
  typeof value === 'object' &&
  (depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1)))

const capital = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

const shortened = (sentence: string) =>
  sentence.length <= SHOWN_CHARS ? sentence : `${sentence.slice(0, SHOWN_CHARS)}...`
