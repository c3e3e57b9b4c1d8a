/** Two outputs in, whether they differ in more than the last digits of some floats out. */
import { isClearGap } from '../../call/float-gap.ts'

const NUMBER = /[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?(?:nan|inf)\b/g

/**
 * Everything that is no number must be the same, and numbers with a fraction must be close, for two different
 * texts not to count as clearly different. Integers never are "close": 1 and 2 differ, 1000000 and 1000001 too.
 *
 * @example
 * clearlyDifferentText('x=0.3000000', 'x=0.3000001') // false
 * clearlyDifferentText('3\n', '4\n') // true
 */
export function clearlyDifferentText(a: string, b: string): boolean {
  if (a === b) return false
  const numbersA = a.match(NUMBER) ?? []
  const numbersB = b.match(NUMBER) ?? []
  if (numbersA.length !== numbersB.length) return true
  if (a.replace(NUMBER, '#') !== b.replace(NUMBER, '#')) return true
  return numbersA.some((textA, index) => {
    const textB = numbersB[index]!
    if (textA === textB) return false
    if (isInteger(textA) && isInteger(textB)) return true
    return isClearGap(toNumber(textA), toNumber(textB))
  })
}

const isInteger = (text: string) => /^[-+]?\d+$/.test(text)

const toNumber = (text: string): number =>
  /nan/.test(text)
    ? Number.NaN
    : /inf/.test(text)
      ? text.startsWith('-')
        ? -Infinity
        : Infinity
      : Number(text)
