/**
 * A problem's file in, its suite out, checked: docs/judge.md has the form. What would be lost on the way to a program or
 * back is refused.
 */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { parseLenientJson } from '../base/parse-json.ts'
import { UserError } from '../base/user-error.ts'
import { type JsonValue, lossOf, parseKeepingFloats, WholeFloat } from '../records/json-value.ts'
import { type CallTest, DEFAULT_SUITE_LIMITS, type Suite } from '../records/suite.ts'
import { isOfType, type ValueType } from '../records/value-type.ts'

const MIB = 1024 * 1024

/** The least that the leanest of the large runtimes starts with. */
const LEAST_MEMORY_BYTES = 64 * MIB

/** A pipe takes a little more. */
const MOST_CODE_BYTES = 1_000_000

const text = () =>
  z.string({ error: 'must be text' }).refine((value) => value.isWellFormed(), {
    error: 'holds half a character, which no program can read or print',
  })

/** Outside of calls 4000.0 is 4000. */
const plain = (value: unknown) => (value instanceof WholeFloat ? value.value : value)

const wholeNumber = (least: number, most: number) =>
  z.preprocess(
    plain,
    z
      .int({ error: 'must be a whole number' })
      .min(least, { error: `must be at least ${least}` })
      .max(most, { error: `must be at most ${most}` }),
  )

const json = () =>
  z
    .custom<JsonValue>((value) => value !== undefined, { error: 'must be a value of JSON' })
    .superRefine((value, context) => {
      const loss = lossOf(value)
      if (loss !== undefined) context.addIssue({ code: 'custom', message: `holds ${loss}: pass it as text` })
    })

const valueTypeSchema: z.ZodType<ValueType> = z.lazy(() =>
  z.discriminatedUnion(
    'kind',
    [
      z.strictObject({ kind: z.enum(['any', 'flag', 'integer', 'number', 'text']) }),
      z.strictObject({ kind: z.enum(['list', 'optional']), item: valueTypeSchema }),
      z.strictObject({
        kind: z.literal('tuple'),
        items: z
          .array(valueTypeSchema, { error: 'must be a list of types' })
          .min(2, { error: 'must hold at least two types' }),
      }),
      z.strictObject({
        kind: z.literal('map'),
        key: z.enum(['text', 'integer'], { error: 'must be text or integer' }),
        item: valueTypeSchema,
      }),
    ],
    {
      error:
        'must be a type: any, flag, integer, number, text, list and optional (with item), map (with key and item) or tuple (with items)',
    },
  ),
)

const testSchema = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('stdin'), input: text(), output: text() }),
    z.strictObject({
      kind: z.literal('call'),
      name: text().regex(/^[A-Za-z_]\w*$/, { error: 'must be the name of a function' }),
      arguments: z.array(json(), { error: 'must be a list of values' }),
      result: json(),
      signature: z
        .strictObject({
          parameters: z.array(valueTypeSchema, { error: 'must be a list of types' }),
          result: valueTypeSchema,
        })
        .optional(),
    }),
    z.strictObject({
      kind: z.literal('code'),
      code: text().refine((value) => Buffer.byteLength(value) < MOST_CODE_BYTES, {
        error: 'must be smaller than a million bytes, as it goes through a pipe',
      }),
      checkTypes: z.boolean({ error: 'must be true or false' }).optional(),
    }),
  ],
  {
    error:
      'must be stdin (with input and output), call (with name, arguments and result) or code (with code)',
  },
)

const comparisonSchema = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('exact') }),
    z.strictObject({ kind: z.literal('lines') }),
    z.strictObject({
      kind: z.literal('words'),
      tolerance: z
        .preprocess(
          plain,
          z
            .number({ error: 'must be a number' })
            .min(0, { error: 'must not be negative' })
            .max(1, { error: 'must be at most 1' }),
        )
        .default(0),
    }),
  ],
  { error: 'must be exact, lines or words' },
)

/** Of a problem's file, or of a record that holds one. */
export const suiteSchema = z.strictObject({
  tests: z
    .array(testSchema, { error: 'must be a list of tests' })
    .min(1, { error: 'must hold at least one test' })
    .refine((tests) => new Set(tests.map(({ kind }) => kind)).size < 2, {
      error: 'must be all of one kind: stdin, call or code',
    })
    .refine((tests) => tests.filter(({ kind }) => kind === 'code').length < 2, {
      error: 'must hold a single test of the kind code, which may check many things',
    })
    .refine((tests) => new Set(tests.flatMap((test) => (test.kind === 'call' ? [test.name] : []))).size < 2, {
      error: 'must all call the same function',
    })
    .refine(
      (tests) =>
        new Set(tests.flatMap((test) => (test.kind === 'call' ? [JSON.stringify(test.signature)] : [])))
          .size < 2,
      {
        error: 'must all state the same signature, or none',
      },
    )
    .superRefine((tests, context) => {
      for (const [index, test] of tests.entries())
        if (test.kind === 'call' && !fitsSignature(test as CallTest))
          context.addIssue({ code: 'custom', path: [index], message: 'is no call of its signature' })
    }),
  comparison: comparisonSchema.default({ kind: 'lines' }),
  limits: z
    .strictObject({
      testMs: wholeNumber(10, 600_000).default(DEFAULT_SUITE_LIMITS.testMs),
      memoryBytes: wholeNumber(LEAST_MEMORY_BYTES, 64 * 1024 * MIB).default(DEFAULT_SUITE_LIMITS.memoryBytes),
      outputBytes: wholeNumber(1, 512 * MIB).default(DEFAULT_SUITE_LIMITS.outputBytes),
    })
    .default(DEFAULT_SUITE_LIMITS),
})

function fitsSignature({ arguments: values, result, signature }: CallTest): boolean {
  if (signature === undefined) return true
  const { parameters } = signature
  return (
    values.length === parameters.length &&
    parameters.every((type, place) => isOfType(values[place]!, type)) &&
    isOfType(result, signature.result)
  )
}

/**
 * Reads a problem's file.
 *
 * @throws UserError that names the file and each field that is wrong
 */
export function readSuite(path: string): Suite {
  return parseSuite(readJson(path), path)
}

/**
 * Checks a problem that has been read already, by `parseKeepingFloats`.
 *
 * @param name what holds it, for the sentence
 * @throws UserError that names each field that is wrong
 */
export function parseSuite(value: unknown, name: string): Suite {
  const parsed = suiteSchema.safeParse(value)
  if (parsed.success) return parsed.data as Suite
  const sentences = parsed.error.issues.map((issue) => `${placeOf(issue.path)} ${sentenceOf(issue)}`)
  throw new UserError(`${name} is not a problem: ${sentences.join('; ')}.`)
}

function readJson(path: string): JsonValue {
  let content: string
  try {
    content = readFileSync(path, 'utf8')
  } catch (error) {
    throw new UserError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code}): check the path.`)
  }
  try {
    return parseLenientJson(content, parseKeepingFloats)
  } catch (error) {
    throw new UserError(`${path} is not JSON: ${(error as Error).message}.`)
  }
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `has unknown fields (${issue.keys.join(', ')})`
  if (issue.code === 'invalid_type' && issue.path.length === 0)
    return 'must be an object with the list "tests"'
  return issue.message
}

/** `tests[2].output`; the whole has no name. */
function placeOf(path: readonly PropertyKey[]): string {
  const place = path.reduce<string>(
    (before, key) => (typeof key === 'number' ? `${before}[${key}]` : `${before}.${String(key)}`),
    '',
  )
  return place === '' ? 'it' : place.replace(/^\./, '')
}
