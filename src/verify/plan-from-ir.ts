/**
 * A function of normalised IR in, the plan for calling it out: for IR that comes without debug information. What IR does
 * not say is taken from what the function does, or refused: integers count as signed unless they are passed zero-extended,
 * bytes behind a pointer as text, and a pointer must lead to scalars of one type.
 */
import type { CallPlan, Field, PlanType } from '../call/call-plan.ts'
import { callingConvention, type UnsupportedCall } from '../call/plan/plan-call.ts'
import type { IrFunction } from '../mutate-ir/ir-module.ts'
import { readIr } from '../mutate-ir/read-ir.ts'
import type { Signature } from '../mutate-ir/read-signature.ts'

const CHAR: PlanType = { kind: 'integer', size: 1, signed: true, character: true, name: 'char' }
const BYTES: Readonly<Record<string, number>> = { i8: 1, i16: 2, i32: 4, i64: 8 }
const NAMES: Readonly<Record<number, string>> = { 1: 'char', 2: 'short', 4: 'int', 8: 'long' }
const FLOATS: Readonly<Record<string, PlanType>> = {
  float: { kind: 'float', size: 4, format: 'f32' },
  double: { kind: 'float', size: 8, format: 'f64' },
}

export function planFromIr(ir: string, name: string, signature: Signature): CallPlan | UnsupportedCall {
  const unsupported = (reason: string): UnsupportedCall => ({ kind: 'unsupported', reason })
  if (signature.isVariadic) return unsupported('takes a variable number of arguments')
  const definition = readIr(ir).functions.find((one) => one.name.replaceAll(/[@"]/g, '') === name)
  if (definition === undefined) return unsupported('its IR has instructions that are not read here')
  const convention = callingConvention(readIr(ir).lines[definition.start]!)
  if (convention !== undefined) return unsupported(`is called in a way of its own (${convention})`)
  const types: PlanType[] = []
  const add = (type: PlanType): number => types.push(type) - 1
  const pointerTo = (to: number): number =>
    add({ kind: 'pointer', size: 8, to, constant: false, flat: false })

  const parameters: Field[] = []
  for (const [at, text] of signature.parameters.entries()) {
    const value = definition.parameters[at]!.name
    const field = /^%[a-zA-Z_]/.test(value) ? value.slice(1).replaceAll(/\W/g, '_') : `arg${at}`
    if (text === 'ptr') {
      const pointee = pointeeOf(definition, value)
      if (typeof pointee === 'string') return unsupported(`parameter ${field} is a pointer ${pointee}`)
      parameters.push({ name: field, type: pointerTo(add(pointee)) })
      continue
    }
    const scalar = scalarType(text)
    if (scalar === undefined)
      return unsupported(`parameter ${field} is ${text}, and no debug information says what that is`)
    parameters.push({ name: field, type: add(scalar) })
  }
  let returns: number | null = null
  if (signature.returns === 'ptr') returns = pointerTo(add({ kind: 'opaque', size: 0, what: 'void' }))
  else if (signature.returns !== 'void') {
    const scalar = scalarType(signature.returns)
    if (scalar === undefined)
      return unsupported(`returns ${signature.returns}, and no debug information says what that is`)
    returns = add(scalar)
  }
  return { kind: 'plan', function: name, prototyped: true, parameters, returns, globals: [], types }
}

function scalarType(text: string): PlanType | undefined {
  const [type, passing] = text.split(' ')
  if (type === 'i1') return { kind: 'boolean', size: 1 }
  const size = BYTES[type!]
  if (size === undefined) return FLOATS[text]
  const signed = passing !== 'zeroext'
  return {
    kind: 'integer',
    size,
    signed,
    character: false,
    name: `${signed ? '' : 'unsigned '}${NAMES[size]}`,
  }
}

const READS_TEXT = /^@(?:str\w+|puts|atoi|atol|fputs)$/

/** The one type that is loaded from or stored behind a pointer, or why there is none, as the end of a sentence. */
function pointeeOf(definition: IrFunction, parameter: string): PlanType | string {
  const aliases = new Set([parameter])
  const slots = new Set<string>()
  const found = new Set<string>()
  const instructions = definition.blocks.flatMap((block) => block.instructions)
  // Twice around, for loops in which a pointer moves on.
  for (const one of [...instructions, ...instructions, ...instructions]) {
    const [first, second] = one.operands.map(({ text }) => text)
    const uses = one.operands.some(({ text }) => aliases.has(text))
    if (one.opcode === 'load' && slots.has(first ?? '')) aliases.add(one.result!)
    if (one.opcode === 'store' && aliases.has(first ?? '')) slots.add(second!)
    if (!uses) continue
    if (['getelementptr', 'phi', 'select'].includes(one.opcode)) {
      if (one.result !== undefined && (one.opcode !== 'getelementptr' || aliases.has(first!)))
        aliases.add(one.result)
      if (/^(?:%|\[|\{)/.test(one.opcode === 'getelementptr' ? (one.typeArgument ?? '') : ''))
        return 'into something with parts'
    } else if (one.opcode === 'load' && aliases.has(first!)) found.add(one.resultType ?? '?')
    else if (one.opcode === 'store' && aliases.has(second!)) found.add(one.operands[0]!.type)
    else if (one.opcode === 'call' && READS_TEXT.test(one.callee ?? '')) found.add('i8')
    else if (one.opcode === 'call') found.add('?')
  }
  const [only, ...others] = found
  if (only === undefined) return CHAR
  const type = only === 'i8' ? CHAR : scalarType(only)
  return others.length > 0 || type === undefined ? 'to something that its IR does not tell' : type
}
