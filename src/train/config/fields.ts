/**
 * What the entries of a training configuration are made of: kinds of values, each with what is said of a wrong one, and
 * where a default is from.
 */
import { z } from 'zod'

export const PAPER = 'the paper'
export const REINFORCE = "arXiv 2501.03262 and its authors' OpenRLHF"
export const OURS = 'ours'
/** Where a default is from. */
export const source = (text: string) => ({ source: text })

export const text = () => z.string({ error: 'must be text' }).min(1, { error: 'must not be empty' })
export const real = (least: number, most = Number.MAX_VALUE) =>
  z
    .number({ error: 'must be a number' })
    .min(least, { error: `must be at least ${least}` })
    .max(most, { error: `must be at most ${most}` })
export const positive = () => z.number({ error: 'must be a number' }).positive({ error: 'must be above 0' })
export const whole = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z
    .int({ error: 'must be a whole number' })
    .min(least, { error: `must be at least ${least}` })
    .max(most, { error: `must be at most ${most}` })
export const oneOf = <const Names extends readonly string[]>(names: Names) =>
  z.enum(names, { error: `must be one of ${names.join(', ')}` })
export const yesNo = () => z.boolean({ error: 'must be true or false' })
