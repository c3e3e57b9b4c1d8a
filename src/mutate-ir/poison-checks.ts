/**
 * One instruction in, IR that finds out before it runs whether it will make poison (or be undefined at once) out: new
 * instructions, and names of type `i1` that are true if so.
 *
 * All that is looked at are operands, so that a result which is not there yet, or undefined, has no say.
 */
import { integerWidth } from './ir-constant.ts'
import type { IrInstruction } from './ir-module.ts'

export interface CheckBlock {
  readonly lines: readonly string[]
  readonly conditions: readonly string[]
  /** Of the intrinsics that the lines call. */
  readonly declarations: readonly string[]
}

/**
 * @param newName gives names that the module does not have
 * @example poisonChecks(readInstruction('%r = udiv i32 %a, %b', 0), () => '%c')
 *          // lines: ['  %c = icmp eq i32 %b, 0'], conditions: ['%c']
 */
export function poisonChecks(instruction: IrInstruction, newName: () => string): CheckBlock {
  const { opcode, isUnderstood } = instruction
  const writer = new CheckWriter(newName)
  if (isUnderstood) CHECKS[opcode]?.(instruction, writer)
  return writer
}

class CheckWriter implements CheckBlock {
  readonly lines: string[] = []
  readonly conditions: string[] = []
  readonly declarations: string[] = []
  readonly #newName: () => string

  constructor(newName: () => string) {
    this.#newName = newName
  }

  emit(text: string): string {
    const name = this.#newName()
    this.lines.push(`  ${name} = ${text}`)
    return name
  }

  /** `type` is that of the operands: a comparison of vectors gives a vector, of which one lane is enough. */
  check(condition: string, type: string): void {
    const bool = boolOf(type)
    if (bool === 'i1') {
      this.conditions.push(condition)
      return
    }
    const any = `@llvm.vector.reduce.or.${mangled(bool)}`
    this.declarations.push(`declare i1 ${any}(${bool})`)
    this.conditions.push(this.emit(`call i1 ${any}(${bool} ${condition})`))
  }

  checkComparison(predicate: string, type: string, left: string, right: string): void {
    this.check(this.emit(`icmp ${predicate} ${type} ${left}, ${right}`), type)
  }
}

type Check = (instruction: IrInstruction, writer: CheckWriter) => void

const boolOf = (type: string) =>
  type.replace(/^(?:(<\d+ x )i\d+>|i\d+)$/, (_, lanes?: string) => (lanes ? `${lanes}i1>` : 'i1'))
const laneOf = (type: string) => /^<\d+ x (.*)>$/.exec(type)?.[1] ?? type
const mangled = (type: string) => type.replace(/^<(\d+) x (.*)>$/, 'v$1$2')
const has = ({ words }: IrInstruction, flag: string) => words.some((word) => word.text === flag)

/** The same number in every lane. */
function splat(value: bigint, type: string): string {
  const lanes = /^<(\d+) x (.*)>$/.exec(type)
  if (lanes === null) return String(value)
  return `<${Array(Number(lanes[1])).fill(`${lanes[2]} ${value}`).join(', ')}>`
}

const leastOf = (type: string) => -(2n ** BigInt(integerWidth(laneOf(type))! - 1))

const checkOverflow: Check = (instruction, writer) => {
  const { opcode, operands } = instruction
  const [{ type, text: left }, { text: right }] = [operands[0]!, operands[1]!]
  for (const [flag, sign] of [
    ['nsw', 's'],
    ['nuw', 'u'],
  ] as const) {
    if (!has(instruction, flag)) continue
    const pair = `{ ${type}, ${boolOf(type)} }`
    const intrinsic = `@llvm.${sign}${opcode}.with.overflow.${mangled(type)}`
    writer.declarations.push(`declare ${pair} ${intrinsic}(${type}, ${type})`)
    const result = writer.emit(`call ${pair} ${intrinsic}(${type} ${left}, ${type} ${right})`)
    writer.check(writer.emit(`extractvalue ${pair} ${result}, 1`), type)
  }
}

const checkShift: Check = (instruction, writer) => {
  const { opcode, operands } = instruction
  const [{ type, text: value }, { text: count }] = [operands[0]!, operands[1]!]
  const width = BigInt(integerWidth(laneOf(type))!)
  writer.checkComparison('uge', type, count, splat(width, type))
  const back = { nsw: 'ashr', nuw: 'lshr', exact: 'shl' }
  for (const [flag, inverse] of Object.entries(back)) {
    if (!has(instruction, flag)) continue
    const shifted = writer.emit(`${opcode} ${type} ${value}, ${count}`)
    writer.checkComparison('ne', type, writer.emit(`${inverse} ${type} ${shifted}, ${count}`), value)
  }
}

const checkDivision: Check = (instruction, writer) => {
  const { opcode, operands } = instruction
  const [{ type, text: left }, { text: right }] = [operands[0]!, operands[1]!]
  writer.checkComparison('eq', type, right, splat(0n, type))
  if (opcode.startsWith('s')) {
    const isLeast = writer.emit(`icmp eq ${type} ${left}, ${splat(leastOf(type), type)}`)
    const isMinusOne = writer.emit(`icmp eq ${type} ${right}, ${splat(-1n, type)}`)
    writer.check(writer.emit(`and ${boolOf(type)} ${isLeast}, ${isMinusOne}`), type)
  }
}

/** Multiplied back, only what was exact is the same. */
const checkExactDivision: Check = (instruction, writer) => {
  checkDivision(instruction, writer)
  if (!has(instruction, 'exact')) return
  const { opcode, operands } = instruction
  const [{ type, text: left }, { text: right }] = [operands[0]!, operands[1]!]
  // This division runs before its divisor is found to be fine: a constant is. clang prints no other exact ones.
  if (right.startsWith('%')) return
  const quotient = writer.emit(`${opcode} ${type} ${left}, ${right}`)
  writer.checkComparison('ne', type, writer.emit(`mul ${type} ${quotient}, ${right}`), left)
}

const checkDisjoint: Check = (instruction, writer) => {
  if (!has(instruction, 'disjoint')) return
  const [{ type, text: left }, { text: right }] = [instruction.operands[0]!, instruction.operands[1]!]
  writer.checkComparison('ne', type, writer.emit(`and ${type} ${left}, ${right}`), splat(0n, type))
}

const checkSign: Check = (instruction, writer) => {
  const { type, text } = instruction.operands[0]!
  if (has(instruction, 'nneg')) writer.checkComparison('slt', type, text, splat(0n, type))
}

const checkTruncation: Check = (instruction, writer) => {
  const { operands, typeArgument } = instruction
  const { type, text } = operands[0]!
  for (const [flag, extension] of [
    ['nsw', 'sext'],
    ['nuw', 'zext'],
  ] as const) {
    if (!has(instruction, flag)) continue
    const narrow = writer.emit(`trunc ${type} ${text} to ${typeArgument}`)
    const wide = writer.emit(`${extension} ${typeArgument} ${narrow} to ${type}`)
    writer.checkComparison('ne', type, wide, text)
  }
}

/** The smallest float that is too large and the largest that is too small, both after the fraction is cut off. */
const checkFloatToInteger: Check = ({ opcode, operands, typeArgument }, writer) => {
  const { type, text } = operands[0]!
  const width = integerWidth(typeArgument!)
  if (width === undefined || (type !== 'double' && type !== 'float')) return
  const value = type === 'float' ? writer.emit(`fpext float ${text} to double`) : text
  const isSigned = opcode === 'fptosi'
  const above = 2 ** (isSigned ? width - 1 : width)
  writer.conditions.push(writer.emit(`fcmp uge double ${value}, ${doubleBits(above)}`))
  // Beyond 53 bits there is no double between the smallest integer and the one below it.
  const isCoarse = isSigned && width > 53
  const below = isSigned ? (isCoarse ? -above : -above - 1) : -1
  writer.conditions.push(
    writer.emit(`fcmp ${isCoarse ? 'ult' : 'ule'} double ${value}, ${doubleBits(below)}`),
  )
}

function doubleBits(value: number): string {
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, value)
  return `0x${bits.getBigUint64(0).toString(16).toUpperCase().padStart(16, '0')}`
}

const checkAlignment: Check = ({ operands, text }, writer) => {
  const pointer = operands.at(-1)!
  const alignment = Number(/, align (\d+)$/.exec(text)?.[1] ?? 1)
  if (alignment <= 1 || pointer.type !== 'ptr' || !pointer.text.startsWith('%')) return
  const address = writer.emit(`ptrtoint ptr ${pointer.text} to i64`)
  const rest = writer.emit(`and i64 ${address}, ${alignment - 1}`)
  writer.checkComparison('ne', 'i64', rest, '0')
}

/** `i1 true` says that the one value without a good result makes poison. */
const checkIntrinsic: Check = ({ callee, operands }, writer) => {
  const [, name] = /^@llvm\.(abs|ctlz|cttz)\./.exec(callee ?? '') ?? []
  const { type, text } = operands[0] ?? { type: '', text: '' }
  if (name === undefined || operands[1]?.text !== 'true') return
  writer.checkComparison('eq', type, text, splat(name === 'abs' ? leastOf(type) : 0n, type))
}

const CHECKS: Readonly<Record<string, Check>> = {
  add: checkOverflow,
  sub: checkOverflow,
  mul: checkOverflow,
  shl: checkShift,
  lshr: checkShift,
  ashr: checkShift,
  sdiv: checkExactDivision,
  udiv: checkExactDivision,
  srem: checkDivision,
  urem: checkDivision,
  or: checkDisjoint,
  zext: checkSign,
  uitofp: checkSign,
  trunc: checkTruncation,
  fptosi: checkFloatToInteger,
  fptoui: checkFloatToInteger,
  load: checkAlignment,
  store: checkAlignment,
  call: checkIntrinsic,
  unreachable: (_, writer) => writer.conditions.push('true'),
}
