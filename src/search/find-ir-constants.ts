/** IR text in, the constants that its code works with out: macros, enumerators and tables are there as plain numbers. */

export interface IrConstants {
  readonly integers: readonly bigint[]
  readonly floats: readonly number[]
  /** String literals without their terminator, one char a byte. */
  readonly texts: readonly string[]
}

const MOST_EACH = 96
const INTEGER = /(?<=[\s,[(])(?:i8|i16|i32|i64) (-?\d+)\b|, (-?\d+)(?=$|,)/g
const FLOAT =
  /(?<=[\s,[(])(float|double) (-?\d+\.\d+e[+-]\d+|0x[0-9A-F]{16})|, (-?\d+\.\d+e[+-]\d+|0x[0-9A-F]{16})(?=$|,)/g
const TEXT = /\bc"((?:[^"\\]|\\[0-9A-F]{2})*)"/g
/** Numbers in these are no values of the program. */
const NO_VALUES = /^(?:target |source_filename|attributes |!|declare )| = alloca |^ *#dbg_/

/** @example findIrConstants('  %c = icmp eq i32 %x, 42\n') // {integers: [42n], floats: [], texts: []} */
export function findIrConstants(ir: string): IrConstants {
  const integers = new Set<bigint>()
  const floats = new Set<number>()
  const texts = new Set<string>()
  for (const raw of ir.split('\n')) {
    if (NO_VALUES.test(raw)) continue
    for (const [, text] of raw.matchAll(TEXT)) texts.add(readText(text!))
    const line = raw
      .replace(TEXT, '')
      .replace(/, align \d+.*$/, '')
      .replace(/, ![\w.]+ !\d+|, !dbg !\d+/g, '')
    for (const [, typed, bare] of line.matchAll(INTEGER)) integers.add(BigInt(typed ?? bare!))
    for (const [, , typed, bare] of line.matchAll(FLOAT)) floats.add(readFloat(typed ?? bare!))
  }
  const first = <T>(set: ReadonlySet<T>) => [...set].slice(0, MOST_EACH)
  return { integers: first(integers), floats: first(floats), texts: first(texts) }
}

const readText = (text: string) =>
  text
    .replace(/\\([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\0.*$/s, '')

/** LLVM writes what has no short decimal by the bits of the double. */
function readFloat(text: string): number {
  if (!text.startsWith('0x')) return Number(text)
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, BigInt(text))
  return view.getFloat64(0)
}

export function constantsOfBoth(irA: string, irB: string): IrConstants {
  const [a, b] = [findIrConstants(irA), findIrConstants(irB)]
  const union = <T>(x: readonly T[], y: readonly T[]) => [...new Set([...x, ...y])]
  return {
    integers: union(a.integers, b.integers),
    floats: union(a.floats, b.floats),
    texts: union(a.texts, b.texts),
  }
}
