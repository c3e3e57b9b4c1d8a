/** Values of flags. Checked here only where no schema does it later. */
import { InvalidArgumentError } from 'commander'
import { UserError } from '../../base/user-error.ts'

export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!Number.isSafeInteger(value) || value < least || text.trim() === '') {
      throw new InvalidArgumentError(`It must be a whole number from ${least} on.`)
    }
    return value
  }
}

/** 0 stands for any that is free. */
export function portNumber(text: string): number {
  const value = wholeNumber(0)(text)
  if (value > 65_535) throw new InvalidArgumentError('It must be at most 65535.')
  return value
}

/** The number that the text is; the text itself when it is none, for the schema to refuse by name. */
export function numberOrText(text: string): number | string {
  return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text)
}

export function numberWithin(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() === '' || !(value >= least && value <= most))
      throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`)
    return value
  }
}

/** @param flag for the message */
export function wholeNumberList(text: string, flag: string): number[] {
  const values = text.split(',').map(Number)
  if (values.some((value) => !Number.isSafeInteger(value) || value < 1))
    throw new UserError(`${flag} ${text} must be whole numbers from 1 on, as 1,10.`)
  return values
}
