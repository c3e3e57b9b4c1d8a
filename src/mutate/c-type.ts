/**
 * The type of a C expression as far as syntax tells it, on an LP64 target. Enough to keep mutants compilable
 * and to swap like with like; no layout, no qualifiers, no bit-field widths.
 */

export interface CType {
  /** Canonical name: `int`, `unsigned long`, `double`, `struct P`, or a typedef name that could not be resolved. */
  readonly base: string
  readonly kind: 'integer' | 'float' | 'record' | 'void' | 'unknown'
  /** What is built on the base, outermost first: `*`, `[10]`, `()`. `int *a[3]` has `['[3]', '*']`. */
  readonly derived: readonly string[]
}

// biome-ignore format: a table
const integerRanks = [
  '_Bool', 'char', 'signed char', 'unsigned char', 'short', 'unsigned short',
  'int', 'unsigned int', 'long', 'unsigned long', 'long long', 'unsigned long long', '__int128', 'unsigned __int128',
]
const floatRanks = ['float', 'double', 'long double']

// biome-ignore format: a table
const standardTypedefs: Readonly<Record<string, string>> = {
  bool: '_Bool', size_t: 'unsigned long', ssize_t: 'long', ptrdiff_t: 'long', time_t: 'long', clock_t: 'long',
  int8_t: 'signed char', int16_t: 'short', int32_t: 'int', int64_t: 'long', intptr_t: 'long', intmax_t: 'long',
  uint8_t: 'unsigned char', uint16_t: 'unsigned short', uint32_t: 'unsigned int', uint64_t: 'unsigned long',
  uintptr_t: 'unsigned long', uintmax_t: 'unsigned long', wchar_t: 'int',
}

export const intType = scalarType('int')
export const nullPointerType: CType = { base: 'void', kind: 'void', derived: ['*'] }

/** `scalarType('unsigned long')`; the name must be canonical. */
export function scalarType(base: string): CType {
  const kind = integerRanks.includes(base)
    ? 'integer'
    : floatRanks.includes(base)
      ? 'float'
      : base === 'void'
        ? 'void'
        : 'unknown'
  return { base, kind, derived: [] }
}

/** The type that specifier words name: `'long unsigned int'` gives `unsigned long`. */
export function typeOfSpecifier(text: string): CType {
  const words = text.split(/\s+/)
  const typedef = words.map((word) => standardTypedefs[word]).find((known) => known !== undefined)
  if (typedef !== undefined) return scalarType(typedef)
  const has = (word: string) => words.includes(word)
  const longs = words.filter((word) => word === 'long').length
  if (has('double')) return scalarType(longs > 0 ? 'long double' : 'double')
  if (has('float') || has('void') || has('_Bool'))
    return scalarType(words.find((word) => /^(float|void|_Bool)$/.test(word))!)
  const unsigned = has('unsigned') ? 'unsigned ' : ''
  if (has('char')) return scalarType(has('signed') ? 'signed char' : `${unsigned}char`)
  if (has('short')) return scalarType(`${unsigned}short`)
  if (has('__int128')) return scalarType(`${unsigned}__int128`)
  if (longs > 0) return scalarType(unsigned + 'long long'.slice(0, longs > 1 ? 9 : 4))
  if (has('int') || has('signed') || has('unsigned')) return scalarType(`${unsigned}int`)
  return { base: text, kind: 'unknown', derived: [] }
}

/** Equal for equal types: `int[3]*`. */
export function typeText(type: CType): string {
  return type.base + type.derived.join('')
}

export function isInteger(type: CType | null): type is CType {
  return type !== null && type.kind === 'integer' && type.derived.length === 0
}

export function isFloat(type: CType | null): type is CType {
  return type !== null && type.kind === 'float' && type.derived.length === 0
}

export function isArithmetic(type: CType | null): type is CType {
  return isInteger(type) || isFloat(type)
}

export function isPointer(type: CType | null): type is CType {
  const outer = type?.derived[0]
  return outer !== undefined && outer !== '()'
}

export function isUnsigned(type: CType | null): boolean {
  return isInteger(type) && /^unsigned (int|long|__int128)/.test(type.base)
}

/** What `*p` or `a[i]` has, or null when `type` is neither pointer nor array. */
export function pointedTo(type: CType | null): CType | null {
  return isPointer(type) ? { ...type, derived: type.derived.slice(1) } : null
}

/** An array as it is used in an expression: a pointer to its first element. */
export function decayed(type: CType): CType {
  return type.derived[0]?.startsWith('[') ? { ...type, derived: ['*', ...type.derived.slice(1)] } : type
}

/** The integer promotions (C17 6.3.1.1); null when the type is not an arithmetic one. */
export function promoted(type: CType | null): CType | null {
  if (!isInteger(type)) return isFloat(type) ? type : null
  return integerRanks.indexOf(type.base) < integerRanks.indexOf('int') ? intType : type
}

/** The usual arithmetic conversions (C17 6.3.1.8); null when an operand is not arithmetic. */
export function usualConversion(left: CType | null, right: CType | null): CType | null {
  const a = promoted(left)
  const b = promoted(right)
  if (a === null || b === null) return null
  if (a.kind === 'float' || b.kind === 'float') {
    return floatRanks.indexOf(a.base) >= floatRanks.indexOf(b.base) ? a : b
  }
  return integerRanks.indexOf(a.base) >= integerRanks.indexOf(b.base) ? a : b
}
