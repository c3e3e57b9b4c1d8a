/**
 * O0 IR with debug information in, the plan for calling one of its functions out, or the reason why it cannot be
 * called with made-up arguments. The layout is the compiler's own, read from the debug information, never computed.
 */
import type { CallPlan, Field, Global, PlanType } from '../call-plan.ts'
import { type Metadata, quoted, readMetadata, reference } from './debug-metadata.ts'
import { guessPointee } from './guess-pointee.ts'
import { TypeReader } from './read-types.ts'

export interface UnsupportedCall {
  readonly kind: 'unsupported'
  readonly reason: string
}

/** Comparing more of one array than this would cost more than it can show. */
const MOST_OBSERVED_BYTES = 8 << 20

/**
 * @param debugIr output of `clang -g -O0 -S -emit-llvm`; value names do not matter
 * @example
 * planCall(ir, 'sum') // {kind: 'plan', function: 'sum', parameters: [{name: 'a', type: 0}, ...], ...}
 */
export function planCall(debugIr: string, functionName: string): CallPlan | UnsupportedCall {
  const unsupported = (reason: string): UnsupportedCall => ({ kind: 'unsupported', reason })
  const metadata = readMetadata(debugIr)
  const subprogram = metadata
    .ofClass('DISubprogram')
    .find(
      (node) =>
        quoted(node.fields.get('name')) === functionName &&
        (node.fields.get('spFlags') ?? '').includes('DISPFlagDefinition'),
    )
  const signature = reference(subprogram?.fields.get('type'))
  if (subprogram === undefined || signature === undefined)
    return unsupported(`${functionName} is not defined`)
  if ((subprogram.fields.get('spFlags') ?? '').includes('DISPFlagLocalToUnit'))
    return unsupported(`${functionName} is static`)
  if (/^define .*@main\(/m.test(debugIr)) return unsupported('the unit has a main of its own')

  const reader = new TypeReader(metadata, /^target triple = "([^"]*)"/m.exec(debugIr)?.[1] ?? '')
  const typeList = reference(metadata.node(signature).fields.get('types'))
  const [result = null, ...parameterTypes] = typeList === undefined ? [] : metadata.node(typeList).items
  if (parameterTypes.includes(null)) return unsupported('takes a variable number of arguments')
  const variables = parameterVariables(metadata, subprogram.id)
  const names = uniqueNames(
    parameterTypes.map((_, index) => quoted(variables.get(index + 1)?.fields.get('name'))),
  )
  const body = definitionText(debugIr, functionName)
  const convention = callingConvention(body)
  if (convention !== undefined) return unsupported(`is called in a way of its own (${convention})`)

  const parameters: Field[] = []
  for (const [index, type] of parameterTypes.entries()) {
    const name = names[index]!
    const variable = variables.get(index + 1)?.id
    const key = knownPointee(reader, reader.typeOf(type!), () =>
      variable === undefined ? undefined : guessPointee(body, variable, metadata, reader),
    )
    const obstacle = parameterObstacle(reader.types, key)
    if (obstacle !== undefined) return unsupported(`parameter ${name} is ${obstacle}`)
    parameters.push({ name, type: key })
  }
  const returns = result === null ? null : reader.typeOf(result)
  if (returns !== null) {
    const obstacle = passingObstacle(reader.types, returns)
    if (obstacle !== undefined) return unsupported(`returns ${obstacle}`)
  }
  const globals = readGlobals(debugIr, metadata, reader)
  const giant = globals.find(({ type }) => reader.types[type]!.size > MOST_GLOBAL_BYTES)
  if (giant !== undefined)
    return unsupported(`the global ${giant.name} has ${reader.types[giant.type]!.size} bytes`)
  return {
    kind: 'plan',
    function: functionName,
    prototyped: (subprogram.fields.get('flags') ?? '').includes('DIFlagPrototyped'),
    parameters,
    returns,
    globals,
    types: reader.types,
  }
}

/** DILocalVariable nodes of a function's parameters, by their position from 1. */
function parameterVariables(metadata: Metadata, subprogram: number) {
  const own = metadata
    .ofClass('DILocalVariable')
    .filter((node) => node.fields.has('arg') && reference(node.fields.get('scope')) === subprogram)
  return new Map(own.map((node) => [Number(node.fields.get('arg')), node]))
}

function uniqueNames(names: readonly string[]): string[] {
  return names.map((name, index) => (name === '' || names.indexOf(name) < index ? `arg${index}` : name))
}

/** Another one than C's, as the first line of a definition in IR says it. */
export const callingConvention = (definition: string): string | undefined =>
  /^define (?:[^\n@"]*? )?(\w+cc|cc ?\d+) [^\n]*?@/.exec(definition)?.[1]

function definitionText(ir: string, functionName: string): string {
  const start = new RegExp(`^define [^\\n]*@"?${functionName}"?\\(`, 'm').exec(ir)?.index
  return start === undefined ? '' : ir.slice(start, ir.indexOf('\n}', start))
}

/** Replaces `void *` by a pointer to what the function takes it for. */
function knownPointee(reader: TypeReader, key: number, guess: () => number | undefined): number {
  const type = reader.types[key]!
  if (type.kind !== 'pointer') return key
  const target = reader.types[type.to]!
  if (target.kind !== 'opaque' || target.what !== 'void') return key
  const pointee = guess()
  return pointee === undefined ? key : reader.add({ ...type, to: pointee })
}

/** No unit runs with more memory than that. */
const MOST_GLOBAL_BYTES = 512 << 20

/** Every input would hold at least one such element, and every mutant is run on every input. */
const MOST_ELEMENT_BYTES = 1 << 16

/** Why no argument can be made for a parameter of this type. */
function parameterObstacle(types: readonly PlanType[], key: number): string | undefined {
  const type = types[key]!
  if (type.kind === 'pointer') {
    const target = types[type.to]!
    if (target.kind === 'opaque') return `a pointer to ${target.what}`
    return target.size > MOST_ELEMENT_BYTES ? `a pointer to ${target.size} bytes` : undefined
  }
  return passingObstacle(types, key)
}

/** Why a value of this type cannot be handed over by a driver that spells the type itself. */
function passingObstacle(types: readonly PlanType[], key: number): string | undefined {
  const type = types[key]!
  if (type.kind === 'opaque') return type.what
  if (type.kind === 'union') return 'a union'
  if (type.kind === 'array') return passingObstacle(types, type.element)
  if (type.kind !== 'struct') return undefined
  for (const member of type.members) {
    const obstacle = passingObstacle(types, member.type)
    if (obstacle !== undefined) return `a structure with ${obstacle}`
  }
  return hasNaturalLayout(types, type)
    ? undefined
    : 'a structure with a layout of its own (packed, aligned, unnamed bit-fields)'
}

/** True when declaring the same members in the same order gives the same offsets by the System V rules. */
function hasNaturalLayout(
  types: readonly PlanType[],
  struct: Extract<PlanType, { kind: 'struct' }>,
): boolean {
  let bit = 0
  for (const member of struct.members) {
    const size = types[member.type]!.size * 8
    if (member.bits === null) bit = roundUp(bit, alignment(types, member.type) * 8)
    else if (Math.floor(bit / size) !== Math.floor((bit + member.bits - 1) / size)) bit = roundUp(bit, size)
    if (bit !== member.bitOffset) return false
    bit += member.bits ?? size
  }
  const largest = Math.max(1, ...struct.members.map((member) => alignment(types, member.type)))
  return struct.size > 0 && roundUp(bit, largest * 8) === struct.size * 8
}

const roundUp = (value: number, step: number): number => Math.ceil(value / step) * step

function alignment(types: readonly PlanType[], key: number): number {
  const type = types[key]!
  if (type.kind === 'array') return alignment(types, type.element)
  if (type.kind === 'struct')
    return Math.max(1, ...type.members.map((member) => alignment(types, member.type)))
  return type.size
}

function readGlobals(ir: string, metadata: Metadata, reader: TypeReader): Global[] {
  const definitions = new Map<string, string>()
  for (const match of ir.matchAll(/^@"?([\w.$-]+)"? = (?!private |internal |external )([^\n]*)$/gm))
    definitions.set(match[1]!, match[2]!)
  const globals: Global[] = []
  for (const node of metadata.ofClass('DIGlobalVariable')) {
    const name = quoted(node.fields.get('name'))
    const definition = definitions.get(name)
    if (
      definition === undefined ||
      node.fields.get('isDefinition') !== 'true' ||
      node.fields.get('isLocal') !== 'false'
    )
      continue
    // `constant` is what const objects become; thread-local ones have an address per thread.
    const initialiser =
      /^(?!.*\bthread_local\b)[\w ()]*?\bglobal (.*?)(?:, align \d+)?(?:, !dbg !\d+)?$/.exec(definition)?.[1]
    if (initialiser === undefined) continue
    const type = reader.typeOf(reference(node.fields.get('type')))
    if (reader.types[type]!.kind === 'opaque') continue
    const zero = /(?:zeroinitializer| null| 0| false| 0\.000000e\+00| 0xK0+)$/.test(initialiser)
    globals.push({ name, type, zero, observedBytes: Math.min(reader.types[type]!.size, MOST_OBSERVED_BYTES) })
  }
  return globals.sort((a, b) => (a.name < b.name ? -1 : 1))
}
