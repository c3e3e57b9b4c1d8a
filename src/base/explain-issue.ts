/** A schema, what was given, and what zod finds wrong in it; the sentence that a person can mend it by out. */
import { z } from 'zod'
import { nearestName } from './nearest-name.ts'
import { UserError } from './user-error.ts'

/** The sentence for the first thing that is wrong with `given`. */
export function explainIssue(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  given: unknown,
  place: string,
): UserError {
  const name = issue.path.join('.')
  if (issue.code === 'unrecognized_keys') {
    const unknown = issue.keys[0]!
    const path = issue.path.map(String)
    const around = fieldAt(schema, path, given)
    const known = Object.keys((around && objectOf(around, valueAt(given, path)))?.shape ?? {})
    const nearest = nearestName(unknown, known)
    const remedy = nearest === undefined ? `known are ${known.join(', ')}.` : `did you mean "${nearest}"?`
    return new UserError(`"${[...path, unknown].join('.')}" in ${place} is no option here; ${remedy}`)
  }
  const value = valueAt(given, issue.path)
  if (value === undefined && issue.code === 'invalid_type') {
    return new UserError(`"${name}" is missing in ${place}; it has no default.`)
  }
  return new UserError(`"${name}" in ${place} ${issue.message}${shown(value)}.`)
}

/** The schema of an entry, wrappers and all; `value` chooses among the options of a union on the way. */
export function fieldAt(
  schema: z.ZodType,
  [key, ...rest]: readonly string[],
  value: unknown,
): z.ZodType | undefined {
  if (key === undefined) return schema
  const field = objectOf(schema, value)?.shape[key]
  return field && fieldAt(field, rest, isRecord(value) ? value[key] : undefined)
}

function objectOf(schema: z.ZodType, value: unknown): z.ZodObject | undefined {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodNullable) {
    return objectOf(schema.unwrap() as z.ZodType, value)
  }
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const kind = isRecord(value) ? value.kind : undefined
    const options = schema.options as z.ZodObject[]
    return options.find((option) => option.shape.kind?.safeParse(kind).success)
  }
  return schema instanceof z.ZodObject ? schema : undefined
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  )
}

/** What was given in its place, for the end of a sentence. */
export function shown(value: unknown): string {
  return value === undefined ? '' : `, not ${JSON.stringify(value)}`
}
