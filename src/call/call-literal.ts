/**
 * A call's plan and input in, C text for people out: assignments to globals, then the call with its arguments as
 * literals. It reads as C; it is not meant to be compiled without the unit's types.
 */
import type { CallInput, Value } from '../records/input.ts'
import { floatValue, shortestDecimal } from './bits.ts'
import { cCharacter, cString } from './c-string.ts'
import { type CallPlan, isCharacter, typeAt, typeName } from './call-plan.ts'
import { globalName } from './name-blocks.ts'

/**
 * @example
 * callLiteral(plan, input) // 'limit = 3;\nsum((int[4]){1, 2}, 2)'
 */
export function callLiteral(plan: CallPlan, input: CallInput): string {
  const uses = countUses(input)
  /** Blocks that are pointed to from several places, or into their middle, are declared by name. */
  const isNamed = (block: number) => uses[block]!.places > 1 || uses[block]!.inside

  function literal(key: number, value: Value): string {
    const type = typeAt(plan, key)
    switch (type.kind) {
      case 'integer':
        return 'i' in value ? (type.character ? cCharacter(Number(value.i)) : value.i) : '0'
      case 'enum':
        return 'i' in value
          ? (type.values.find((enumerator) => enumerator.value === value.i)?.name ?? value.i)
          : '0'
      case 'boolean':
        return 'i' in value && value.i !== '0' ? 'true' : 'false'
      case 'float':
        return 'f' in value ? floatLiteral(floatValue(value.f, type.format), type.format) : '0.0'
      case 'pointer':
        return 'p' in value && value.p !== null ? pointer(value.p.block, value.p.offset) : 'NULL'
      case 'array':
        return isCharacter(typeAt(plan, type.element)) && 's' in value
          ? text(value.s)
          : braces(type.element, value)
      case 'struct': {
        const values = 'a' in value ? value.a : []
        const members = values.map((part, index) => {
          const member = type.members[index]!
          const shown = literal(member.type, part)
          return member.name === '' ? shown : `.${member.name} = ${shown}`
        })
        return `{${members.join(', ') || '0'}}`
      }
      case 'union':
        return `{${type.first === null ? '' : literal(type.first, value)}}`
      case 'opaque':
        return '0'
    }
  }

  function braces(element: number, value: Value): string {
    const values = 'a' in value ? value.a : []
    return `{${values.map((part) => literal(element, part)).join(', ') || '0'}}`
  }

  function content(block: number): string {
    const { type, value } = input.blocks[block]!
    return 's' in value ? text(value.s) : braces(type, value)
  }

  function pointer(block: number, offset: number): string {
    const { type, count, value } = input.blocks[block]!
    if (isNamed(block)) return offset === 0 ? `block${block}` : `(void *)((char *)block${block} + ${offset})`
    if ('s' in value)
      return count === value.s.length + 1
        ? text(value.s)
        : `(${withCount(typeName(plan, type), count)}){${text(value.s)}}`
    const element = typeAt(plan, type)
    if (count === 1 && element.kind === 'struct' && 'a' in value) {
      return `&(${typeName(plan, type)})${value.a[0] === undefined ? '{0}' : literal(type, value.a[0])}`
    }
    return `(${withCount(typeName(plan, type), count)})${content(block)}`
  }

  function assignment(name: string, key: number, value: Value): string {
    const type = typeAt(plan, key)
    const target = globalName(plan, name)
    if (type.kind !== 'array') return `${target} = ${literal(key, value)};`
    const given = 'a' in value ? value.a.length : undefined
    const part = given === undefined || given === type.count ? '' : `[0..${given - 1}]`
    return given === 0 ? '' : `${target}${part} = ${literal(key, value)};`
  }

  const lines = input.blocks.flatMap(({ type, count }, block) =>
    isNamed(block)
      ? [`${declaration(typeName(plan, type), `block${block}`, count)} = ${content(block)};`]
      : [],
  )
  for (const { name, type } of plan.globals) {
    const value = input.globals[name]
    if (value !== undefined) lines.push(assignment(name, type, value))
  }
  const values = plan.parameters.map(({ type }, index) => {
    const value = input.args[index]!
    const shown = literal(type, value)
    return typeAt(plan, type).kind === 'struct' ? `(${typeName(plan, type)})${shown}` : shown
  })
  lines.push(`${plan.function}(${values.join(', ')})`)
  return lines.filter((line) => line !== '').join('\n')
}

const text = (value: string): string => cString([...value].map((char) => char.charCodeAt(0)))

/** `int` and 3 give `int[3]`; a further dimension goes in front: `int[5]` and 3 give `int[3][5]`. */
function withCount(name: string, count: number): string {
  const at = name.indexOf('[')
  return at < 0 ? `${name}[${count}]` : `${name.slice(0, at)}[${count}]${name.slice(at)}`
}

function declaration(name: string, variable: string, count: number): string {
  const at = name.indexOf('[')
  const [base, rest] = at < 0 ? [name, ''] : [name.slice(0, at), name.slice(at)]
  return `${base}${base.endsWith('*') ? '' : ' '}${variable}[${count}]${rest}`
}

function floatLiteral(value: number, format: 'f32' | 'f64' | 'x87'): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NAN' : value < 0 ? '-INFINITY' : 'INFINITY'
  const digits = shortestDecimal(value, format)
  const decimal = /[.e]/.test(digits) ? digits : `${digits}.0`
  return format === 'f32' ? `${decimal}f` : format === 'x87' ? `${decimal}L` : decimal
}

function countUses(input: CallInput): { places: number; inside: boolean }[] {
  const uses = input.blocks.map(() => ({ places: 0, inside: false }))
  const visit = (value: Value): void => {
    if ('a' in value) value.a.forEach(visit)
    else if ('p' in value && value.p !== null) {
      const use = uses[value.p.block]!
      use.places++
      use.inside ||= value.p.offset !== 0
    }
  }
  input.args.forEach(visit)
  Object.values(input.globals).forEach(visit)
  for (const { value } of input.blocks) visit(value)
  return uses
}
