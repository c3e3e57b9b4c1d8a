/** Numbers in bodies: 10.0, which Python writes for a float, is a number as 10 is. */
import { z } from 'zod'
import { WholeFloat } from '../records/json-value.ts'

const plain = (value: unknown) => (value instanceof WholeFloat ? value.value : value)

export function wholeNumberField(least: number, most: number = Number.MAX_SAFE_INTEGER) {
  const error = `must be a whole number from ${least} to ${most}`
  return z.preprocess(plain, z.int({ error }).min(least, { error }).max(most, { error }))
}

/** Seconds, or their parts. */
export function positiveField() {
  const error = 'must be a number above 0'
  return z.preprocess(plain, z.number({ error }).positive({ error }))
}
