/**
 * A call plan in, the C text of a small driver out: it hands the harness (native/harness/call.c) the function to
 * call and the addresses of the unit's globals.
 *
 * The driver knows the unit's objects by assembly name only, so nothing in it can clash with what the unit calls
 * its own functions, types or macros, and a unit may define `strlen`. Compile it with {@link DRIVER_FLAGS}: an
 * optimised driver may replace a call to a function that has a library function's name.
 */
import { type CallPlan, type PlanType, typeAt } from './call-plan.ts'

/**
 * Flags for compiling the driver, besides the sanitizers' of the build it is for. It is C, whatever the language of what it
 * calls.
 */
export const DRIVER_FLAGS: readonly string[] = ['-std=gnu17', '-O0', '-fno-builtin', '-w', '-x', 'c']

/**
 * Flags for linking unit, driver and harness: the unit's allocations go through the harness, which thereby knows
 * what the function allocated and freed.
 */
export const CALL_LINK_FLAGS: readonly string[] = [
  'malloc',
  'calloc',
  'realloc',
  'free',
  'strdup',
  'strndup',
].map((name) => `-Wl,--wrap=${name}`)

const INTEGERS: Readonly<Record<number, string>> = {
  1: 'char',
  2: 'short',
  4: 'int',
  8: 'long',
  16: '__int128',
}
const FLOATS = { f32: 'float', f64: 'double', x87: 'long double' } as const

export function driverSource(plan: CallPlan): string {
  const spelled = new Map<number, string>()
  const definitions: string[] = []

  function spelling(key: number): string {
    const known = spelled.get(key)
    if (known !== undefined) return known
    const type = typeAt(plan, key)
    const text = type.kind === 'struct' ? defineStruct(key, type) : scalarSpelling(type)
    spelled.set(key, text)
    return text
  }

  function defineStruct(key: number, type: Extract<PlanType, { kind: 'struct' }>): string {
    const members = type.members.map((member, index) => {
      const [element, dimensions] = withoutDimensions(member.type)
      return `  ${spelling(element)} m${index}${dimensions}${member.bits === null ? '' : ` : ${member.bits}`};`
    })
    const name = `struct gepo_type_${key}`
    definitions.push(
      `${name} {\n${members.join('\n')}\n};\n_Static_assert(sizeof(${name}) == ${type.size}, "layout");`,
    )
    return name
  }

  function withoutDimensions(key: number): [number, string] {
    const type = typeAt(plan, key)
    if (type.kind !== 'array') return [key, '']
    const [element, rest] = withoutDimensions(type.element)
    return [element, `[${type.count}]${rest}`]
  }

  const passed = plan.parameters.map(({ type }) =>
    plan.prototyped ? spelling(type) : promoted(typeAt(plan, type), spelling(type)),
  )
  const values = plan.parameters.map(({ type }, index) => `*(${spelling(type)} *)arguments[${index}]`)
  const result = plan.returns === null ? 'void' : spelling(plan.returns)
  const call = `gepo_target(${values.join(', ')})`
  const globals = plan.globals.map(
    ({ name }, index) => `extern char gepo_global_${index}[] __asm__(${JSON.stringify(name)});`,
  )
  const table = plan.globals.map(({ observedBytes }, index) => `  {gepo_global_${index}, ${observedBytes}},`)
  return `${[
    ...definitions,
    `extern ${result} gepo_target(${passed.join(', ') || 'void'}) __asm__(${JSON.stringify(plan.function)});`,
    ...globals,
    'struct gepo_global { void *address; unsigned long size; };',
    `const struct gepo_global gepo_globals[${table.length + 1}] = {\n${[...table, '  {0, 0},'].join('\n')}\n};`,
    `const unsigned long gepo_global_count = ${table.length};`,
    `const unsigned long gepo_return_size = ${plan.returns === null ? 0 : typeAt(plan, plan.returns).size};`,
    'void gepo_call(void **arguments, void *returned) {',
    plan.returns === null ? `  ${call};` : `  *(${result} *)returned = ${call};`,
    '}',
  ].join('\n')}\n`
}

function scalarSpelling(type: PlanType): string {
  switch (type.kind) {
    case 'boolean':
      return '_Bool'
    case 'float':
      return FLOATS[type.format]
    case 'pointer':
      return 'void *'
    case 'integer':
    case 'enum': {
      const name = INTEGERS[type.size]
      if (name === undefined) throw new Error(`no C integer has ${type.size} bytes`)
      return `${type.signed ? 'signed' : 'unsigned'} ${name}`
    }
    default:
      throw new Error(`a value of kind ${type.kind} cannot be passed`)
  }
}

/** What callers pass where a definition in the old style names a narrow type. */
function promoted(type: PlanType, spelling: string): string {
  if (type.kind === 'float' && type.format === 'f32') return 'double'
  if ((type.kind === 'integer' || type.kind === 'boolean') && type.size < 4) return 'int'
  return spelling
}
