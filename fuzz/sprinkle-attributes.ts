/**
 * A C text and the choices drawn in, the same text out with attributes and other promises on its functions, and its
 * twin: the same again with each promise that a program can look at made a check, which traps where it does not hold. A
 * run on which the twin traps is undefined, so that no label may rest on it.
 */
import type { Random } from '../src/base/random.ts'

export interface Sprinkled {
  readonly text: string
  /** What was added, `clamp: nonnull`. */
  readonly added: readonly string[]
  /** Any part of the text, edited or not, with its promises made checks. */
  readonly checked: (code: string) => string
}

export function sprinkleAttributes(source: string, random: Random): Sprinkled {
  const added: string[] = []
  const headers: (readonly [sprinkled: string, checked: string])[] = []
  const text = source.replaceAll(HEADER, (header, result: string, name: string, parameters: string) => {
    if (!random.chance(0.6)) return header
    const target: Target = { header, result, name, parameters: readParameters(parameters) }
    const makers = random.shuffle(PROMISES).slice(0, random.int(1, 2))
    const promises = makers.flatMap((make) => make(target, random) ?? [])
    if (promises.length === 0) return header
    added.push(...promises.map((promise) => `${name}: ${promise.named}`))
    const changed = promises.reduce((before, { change }) => change?.(before) ?? before, header)
    const first = promises.map(({ first: statement }) => statement ?? '').join('')
    const sprinkled = `${promises.map(({ before }) => before ?? '').join('')}${changed}${first}`
    headers.push([sprinkled, `${header}${promises.map(({ check }) => check ?? '').join('')}${first}`])
    return sprinkled
  })
  return {
    text,
    added,
    checked: (code) =>
      `${CHECKS}${headers.reduce((before, [from, to]) => before.replaceAll(from, () => to), code)}`.replaceAll(
        /__attribute__\(\(assume\((.*)\)\)\);/g,
        'if (!($1)) __builtin_trap();',
      ),
  }
}

/** These stay checks where an edit has changed what is promised. */
const CHECKS = `#define __builtin_assume(...) ((__VA_ARGS__) ? (void)0 : __builtin_trap())
#define __builtin_unreachable() __builtin_trap()
#define __builtin_assume_aligned(p, n) ({ const void *gp_ = (p); if ((unsigned long)gp_ % (n)) __builtin_trap(); (void *)gp_; })
`

/** A definition's first line, at the start of a line and with its brace. */
const HEADER = /^((?!else|typedef|switch|while|for|if)[A-Za-z_][\w ]*[ *]+)(\w+)\(([^()]*)\) \{$/gm

interface Parameter {
  readonly name: string
  readonly kind: 'whole' | 'pointer' | 'other'
  readonly isArray: boolean
}

interface Target {
  readonly header: string
  /** The words before the name. */
  readonly result: string
  readonly name: string
  readonly parameters: readonly Parameter[]
}

interface Promised {
  readonly named: string
  /** In front of the definition. */
  readonly before?: string
  /** What becomes of its first line. */
  readonly change?: (header: string) => string
  /** The body's first statement. */
  readonly first?: string
  /** A statement that does what `before` and `change` only promise. */
  readonly check?: string
}

type MakePromise = (target: Target, random: Random) => Promised | undefined

function readParameters(text: string): Parameter[] {
  return text.split(',').flatMap((declaration): Parameter[] => {
    const [, type, name, arrays] = /^\s*(.*?)(\w+)((?:\[[^\]]*\])*)\s*$/.exec(declaration) ?? []
    if (type === undefined || name === undefined || type.trim() === '') return []
    const isArray = arrays !== ''
    const isWhole = /^(?:const )?(?:unsigned|signed|int|long|short|char|size_t|u?int\d+_t)\b[^*]*$/.test(type)
    const kind = isArray || /\*\s*$/.test(type) ? 'pointer' : isWhole ? 'whole' : 'other'
    return [{ name, kind, isArray }]
  })
}

/** On one of the parameters of a kind. */
const onParameter =
  (kind: Parameter['kind'], make: (name: string, random: Random, at: number) => Promised): MakePromise =>
  ({ parameters }, random) => {
    const fitting = parameters.flatMap((parameter, at) =>
      parameter.kind === kind ? [{ ...parameter, at }] : [],
    )
    if (fitting.length === 0) return undefined
    const { name, at } = random.pick(fitting)
    return make(name, random, at)
  }

const condition = (name: string, random: Random) =>
  `${name} ${random.pick(['>', '<', '>=', '!=', '=='])} ${random.pick(['0', '1', '3', '10', '100'])}`
const trapUnless = (text: string) => ` if (!(${text})) __builtin_trap();`
const isPointer = (target: Target) => /\*\s*$/.test(target.result)
const isStatic = (target: Target) => /\bstatic\b/.test(target.result)
const attribute = (words: string): Promised => ({ named: words, before: `__attribute__((${words})) ` })

/** Promises that bind. */
const BINDING: readonly MakePromise[] = [
  onParameter('whole', (name, random) => {
    const holds = condition(name, random)
    return { named: `__builtin_assume(${holds})`, first: ` __builtin_assume(${holds});` }
  }),
  onParameter('whole', (name, random) => {
    const holds = condition(name, random)
    return { named: `assume(${holds})`, first: ` __attribute__((assume(${holds})));` }
  }),
  onParameter('whole', (name, random) => {
    const fails = condition(name, random)
    return { named: `unreachable(${fails})`, first: ` if (${fails}) __builtin_unreachable();` }
  }),
  onParameter('pointer', (name) => ({ named: 'assume not null', first: ` __builtin_assume(${name} != 0);` })),
  onParameter('pointer', (name, random) => {
    const alignment = random.pick([4, 16, 64])
    return { named: 'assume_aligned', first: ` ${name} = __builtin_assume_aligned(${name}, ${alignment});` }
  }),
  onParameter('pointer', (name, _random, at) => ({
    ...attribute(`nonnull(${at + 1})`),
    check: trapUnless(`${name} != 0`),
  })),
  (target) => {
    const pointers = target.parameters.filter(({ kind }) => kind === 'pointer')
    if (pointers.length === 0) return undefined
    return { ...attribute('nonnull'), check: pointers.map(({ name }) => trapUnless(`${name} != 0`)).join('') }
  },
  onParameter('pointer', (name) => ({
    named: 'restrict',
    change: (header) => header.replace(new RegExp(`\\*\\s*${name}\\b(?!\\[)`), `*restrict ${name}`),
  })),
  onParameter('pointer', (name, random) => {
    const count = random.pick([1, 2, 8])
    return {
      named: `static ${count}`,
      change: (header) => header.replace(`${name}[]`, `${name}[static ${count}]`),
    }
  }),
  ...['returns_nonnull', 'malloc', 'assume_aligned(8)', 'assume_aligned(64)'].map(
    (words): MakePromise =>
      (target) =>
        isPointer(target) ? attribute(words) : undefined,
  ),
  (target, random) => {
    const wholes = target.parameters.flatMap(({ kind }, at) => (kind === 'whole' ? [at + 1] : []))
    if (!isPointer(target) || wholes.length === 0) return undefined
    return attribute(`${random.pick(['alloc_size', 'alloc_align'])}(${random.pick(wholes)})`)
  },
  ...['const', 'pure', 'noreturn', 'noescape'].map(
    (words): MakePromise =>
      () =>
        attribute(words),
  ),
]

/** What ought to change nothing, or is to be refused. */
const OTHERS: readonly MakePromise[] = [
  ...[
    'cold',
    'hot',
    'noinline',
    'flatten',
    'optnone',
    'minsize',
    'nothrow',
    'leaf',
    'unused',
    'used',
    'deprecated',
  ],
  ...[
    'warn_unused_result',
    'nomerge',
    'convergent',
    'nodebug',
    'no_stack_protector',
    'disable_tail_calls',
    'retain',
  ],
  ...[
    'aligned(64)',
    'visibility("hidden")',
    'target("avx2")',
    'target("sse4.2,popcnt")',
    'no_builtin',
    'noduplicate',
  ],
  ...[
    'zero_call_used_regs("all")',
    'speculative_load_hardening',
    'no_instrument_function',
    'nocf_check',
    'artificial',
  ],
  ...[
    'ms_abi',
    'sysv_abi',
    'regcall',
    'vectorcall',
    'preserve_most',
    'preserve_all',
    'stdcall',
    'pcs("aapcs")',
  ],
  ...[
    'no_sanitize("undefined")',
    'disable_sanitizer_instrumentation',
    'weak',
    'section("own")',
    'constructor',
  ],
  ...[
    'patchable_function_entry(2)',
    'annotate("x")',
    'uninitialized',
    'target_clones("avx2","default")',
    'alias("main")',
  ],
  ...[
    'error("never")',
    'warning("never")',
    'overloadable',
    'strictfp',
    'no_speculative_load_hardening',
    'noipa',
  ],
  ...[
    'access(read_only, 1)',
    'gnu_inline',
    'returns_twice',
    'ifunc("main")',
    'naked',
    'xray_always_instrument',
    'cpu_specific(generic)',
  ],
].map(
  (words): MakePromise =>
    () =>
      attribute(words),
)

const STATEMENTS: readonly MakePromise[] = [
  (target) => (isStatic(target) ? attribute('always_inline') : undefined),
  ...[
    'STDC FP_CONTRACT ON',
    'clang fp reassociate(on)',
    'clang fp contract(fast)',
    'STDC FENV_ACCESS ON',
  ].map(
    (words): MakePromise =>
      () => ({ named: words, first: `\n#pragma ${words}\n` }),
  ),
  onParameter('whole', (name) => ({
    named: 'expect',
    first: ` if (__builtin_expect(${name} == 1, 0)) (void)0;`,
  })),
]

const PROMISES: readonly MakePromise[] = [...BINDING, ...BINDING, ...BINDING, ...OTHERS, ...STATEMENTS]
