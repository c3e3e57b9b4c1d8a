/** `ast=2,ir=1` in, `{ ast: 2, ir: 1 }` out; the text itself when it has another form, for the schema to refuse. */
import { numberOrText } from './parse-number.ts'

export function sharesOrText(text: string): Record<string, number | string> | string {
  const parts = text.split(',').map((part) => part.split('='))
  if (!parts.every((part) => part.length === 2)) return text
  return Object.fromEntries(parts.map(([name, share]) => [name!.trim(), numberOrText(share!)]))
}

/** @example sharesText({ ast: 2, ir: 1 }) // 'ast=2,ir=1' */
export const sharesText = (shares: object): string =>
  Object.entries(shares)
    .map(([name, share]) => `${name}=${share}`)
    .join(',')
