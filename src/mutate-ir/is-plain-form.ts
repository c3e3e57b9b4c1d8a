/**
 * A binary instruction in, whether clang could have printed it: what LLVM always folds or writes in another way would
 * give an edit away by its form, whatever it computes.
 */
import { parseFloatConstant, parseIntegerConstant } from './ir-constant.ts'

export interface BinaryForm {
  readonly opcode: string
  readonly left: string
  readonly right: string
}

/** Of these the constant stands on the right. */
const COMMUTATIVE: ReadonlySet<string> = new Set(['add', 'mul', 'and', 'or', 'xor', 'fadd', 'fmul'])
/** With these constants on the right nothing is computed. */
const IDENTITIES: Readonly<Record<string, readonly bigint[]>> = {
  add: [0n],
  sub: [0n],
  mul: [0n, 1n],
  sdiv: [0n, 1n, -1n],
  udiv: [0n, 1n],
  srem: [0n, 1n, -1n],
  urem: [0n, 1n],
  shl: [0n],
  lshr: [0n],
  ashr: [0n],
  and: [0n, -1n],
  or: [0n, -1n],
  xor: [0n],
}
const FLOAT_IDENTITIES: Readonly<Record<string, readonly number[]>> = {
  fadd: [0],
  fsub: [0],
  fmul: [0, 1],
  fdiv: [0, 1],
}
/** By a power of two these become shifts and masks. */
const STRENGTH_REDUCED: ReadonlySet<string> = new Set(['mul', 'udiv', 'urem'])

const isPowerOfTwo = (value: bigint) => value > 0n && (value & (value - 1n)) === 0n

/** @param original what stood there: a form that it has itself is no sign of an edit */
export function isPlainForm({ opcode, left, right }: BinaryForm, original: BinaryForm): boolean {
  const isConstant = (text: string) => !/^[%@]/.test(text)
  if (isConstant(left) && (isConstant(right) || COMMUTATIVE.has(opcode))) return false
  const value = parseIntegerConstant(right)
  if (value !== undefined) {
    if (IDENTITIES[opcode]?.includes(value)) return false
    // x - 1 is printed as x + -1 from O1 on.
    if (opcode === 'sub' && original.opcode !== 'sub') return false
    const wasPowerOfTwo =
      STRENGTH_REDUCED.has(original.opcode) && isPowerOfTwo(parseIntegerConstant(original.right) ?? 0n)
    if (STRENGTH_REDUCED.has(opcode) && isPowerOfTwo(value) && !wasPowerOfTwo) return false
  }
  const float = parseFloatConstant(right)
  if (float !== undefined && FLOAT_IDENTITIES[opcode]?.includes(float)) return false
  const leftValue = parseIntegerConstant(left)
  // 0 / x, 0 << x and the like are 0.
  return !(leftValue === 0n && opcode !== 'sub')
}
