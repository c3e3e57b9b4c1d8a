import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EntryPoint } from '../../src/call/entry-point.ts'
import { generateCall } from '../../src/call/inputs/generate-call.ts'
import { BUILD_FLAGS, prepareHarness } from '../../src/execute/harness/harness-objects.ts'
import { extractUnits } from '../../src/extract/extract-units.ts'
import { chooseMutants } from '../../src/mutate/choose-mutants.ts'
import { combineMutants } from '../../src/mutate/combine-mutants.ts'
import { mutateUnit } from '../../src/mutate/mutate-unit.ts'
import { applyMutant } from '../../src/records/apply-mutant.ts'
import type { Input } from '../../src/records/input.ts'
import type { Mutant } from '../../src/records/mutant.ts'
import { observedResult } from '../../src/records/observed-result.ts'
import type { RunOutcome } from '../../src/records/run-outcome.ts'
import type { Unit } from '../../src/records/unit.ts'
import { loadParser } from '../../src/syntax/parse-c.ts'
import { locateTools } from '../../src/toolchain/locate-tools.ts'
import { type MutantRunner, openMutantRunner } from './run-mutants.ts'

const FIXTURES = fileURLToPath(new URL('../../fixtures/', import.meta.url))
const cFiles = (folder: string) => readdirSync(join(FIXTURES, folder)).filter((name) => name.endsWith('.c'))
const FUEL = 200_000
const MINUTE = 60_000

const native = await loadParser('native')
const wasm = await loadParser('wasm')

let runner: MutantRunner
beforeAll(async () => {
  runner = await openMutantRunner()
})
afterAll(async () => {
  await runner.close()
})

/** The mutant that puts `replacement` where `original` is for the first time. */
function edit(code: string, original: string, replacement: string, operator = 'TEST'): Mutant {
  const start = code.indexOf(original)
  if (start < 0) throw new Error(`${original} is not in ${code}`)
  const id = `${original} -> ${replacement}`
  return { id, operator, start, end: start + original.length, original, replacement, line: 1 }
}

type TestEdit = readonly [original: string, replacement: string, operator?: string]

const combine = (code: string, edits: readonly TestEdit[], exitDefined = true) => {
  const mutants = edits.map(([original, replacement, operator]) =>
    edit(code, original, replacement, operator),
  )
  const combined = combineMutants({ name: 'main', code, exitDefined }, mutants, native, 'beside')
  expect(combineMutants({ name: 'main', code, exitDefined }, mutants, wasm, 'beside')).toEqual(combined)
  return combined
}

it('holds copies alone where they are asked for', () => {
  const code = 'int sq(int a) { return a * a; }\n'
  const mutants = [edit(code, 'a * a', 'a + a', 'AOR')]
  const { text, selectors } = combineMutants(
    { name: 'sq', code, exitDefined: true },
    mutants,
    native,
    'copies',
  )
  expect([...selectors.values()]).toEqual([1])
  expect(text).toContain('static int sq__gepo1(int a) { return a + a; }')
  expect(text).not.toContain('?')
})

describe('the text', () => {
  it('has a copy a mutant and a dispatcher where the function was', () => {
    const code = '#include <stdio.h>\nint sq(int a) { return a * a; } // squared\nint one = 1;\n'
    const { text, selectors } = combine(code, [
      ['a * a', 'a + a'],
      ['a * a', 'a'],
    ])
    expect(text).toBe(`#include <stdio.h>
extern __typeof__(0) gepo_selected_mutant;
int sq(int a);
static int sq__gepo0(int a) { return a * a; }
static int sq__gepo1(int a) { return a + a; }
static int sq__gepo2(int a) { return a; }
__attribute__((no_sanitize("coverage"))) int sq(int a) {
  switch (gepo_selected_mutant) {
    case 1: __attribute__((musttail)) return sq__gepo1(a);
    case 2: __attribute__((musttail)) return sq__gepo2(a);
    default: __attribute__((musttail)) return sq__gepo0(a);
  }
} // squared
int one = 1;
`)
    expect([...selectors]).toEqual([
      ['a * a -> a + a', 1],
      ['a * a -> a', 2],
    ])
  })

  it('has a mutant beside what it replaces where C allows it', () => {
    const code = 'int f(int a) { if (a < 2) a = 3; return a * 5; }'
    const { text, selectors } = combine(code, [
      ['a < 2', 'a <= 2', 'ROR'],
      ['a = 3;', ';', 'SDL'],
      ['3', '4', 'CRP'],
      ['a * 5', 'a + 5', 'AOR'],
    ])
    expect([...selectors.values()]).toEqual([1, 2, 3, 4])
    const is = (number: number) => `gepo_selected_mutant == ${number} ?`
    expect(text).toBe(
      `extern __typeof__(0) gepo_selected_mutant;
int f(int a) { if (((${is(1)} ((a <= 2) != 0) : ((a < 2) != 0)) != 0)) { if (gepo_selected_mutant != 2) a = (${is(3)} (4) : (3)); } return (${is(4)} (a + 5) : (a * 5)); }`,
    )
  })

  it('has one function with some mutants in it where others need a copy', () => {
    const { text } = combine('int f(int a, int b) { return a && b + 1; }', [
      ['1', '2', 'CRP'],
      ['a && b + 1', 'a', 'COR'],
    ])
    expect(text).toContain(
      'int f__gepo0(int a, int b) { return a && b + (gepo_selected_mutant == 1 ? (2) : (1)); }',
    )
    expect(text).toContain('int f__gepo2(int a, int b) { return a; }')
    expect(text).not.toContain('f__gepo1')
  })

  it('has copies alone of a function that may call itself', () => {
    const { text } = combine('int f(int a) { if (a < 1) return 0; return f(a - 1) + 2; }', [
      ['2', '3', 'CRP'],
    ])
    expect(text).toContain('int f__gepo1(int a) { if (a < 1) return 0; return f(a - 1) + 3; }')
    expect(text).not.toContain('==')
  })

  it('lets copies of main end as main does', () => {
    const { text } = combine('int main(void) { puts("1"); }', [['"1"', '"2"']])
    expect(text).toContain('static int main__gepo1(void) { puts("2"); \nreturn 0;\n}')
    expect(text).toContain('    case 1: return main__gepo1();\n')
  })

  it('leaves the exit status open where the unit does', () => {
    const { text } = combine('void main() { puts("1"); }', [['"1"', '"2"']], false)
    expect(text).toContain('static void main__gepo1() { puts("2"); }')
    expect(text).toContain('    case 1: main__gepo1(); break;\n')
  })

  it('is the code itself where nothing can be combined', () => {
    const code = 'int table[] = {1, 2};\nint main(void) { return table[0]; }\n'
    const { text, selectors } = combine(code, [['1, 2', '1, 3']])
    expect(text).toBe(code)
    expect(selectors.size).toBe(0)
  })

  it('has names that the code does not have', () => {
    const code = 'int f__gepo1; int f(int a) { return a + f__gepo1; }'
    expect(combine(code, [['a +', 'a -']]).text).toContain('f__gepo_1(int a) { return a - f__gepo1; }')
  })
})

describe('combines mutants of', () => {
  it.each([
    ['no parameters', 'int f(void) { return 1; }', 'return f__gepo1();'],
    ['an empty list', 'int f() { return 1; }', ' return f__gepo1();'],
    ['arrays', 'int f(int n, int a[n][3]) { return 1; }', 'musttail)) return f__gepo1(n, a);'],
    ['a function pointer', 'int f(int (*g)(int), int x) { return 1; }', 'musttail)) return f__gepo1(g, x);'],
    ['a pointer result', 'char *f(char *const s) { return s + 1; }', 'musttail)) return f__gepo1(s);'],
    ['a static function', 'static int f(int a) { return 1; }', '\nstatic int f__gepo1(int a)'],
    ['a static inline function', 'static inline int f(int a) { return 1; }', '\nstatic inline int f__gepo1('],
    ['a typedef of a number', 'typedef long ll; ll f(ll a) { return 1; }', 'musttail)) return f__gepo1(a);'],
    ['a macro for a type', '#define ll long\nll f(ll a) { return 1; }', 'musttail)) return f__gepo1(a);'],
    ['a record', 'struct s { int a; }; int f(struct s a) { return 1; }', ': return f__gepo1(a);'],
    ['a record by typedef', 'typedef struct { int a; } s; s f(int a) { g(1); }', ': return f__gepo1(a);'],
    ['an unknown type', '#include "t.h"\nint f(t a) { return 1; }', ': return f__gepo1(a);'],
    ['a comment in the header', 'int f(int a) // {\n{ return 1; }', 'int f(int a);\n'],
    ['a function declared before', 'extern int f(int); int f(int a) { return 1; }', 'return f__gepo1(a);'],
    ['a small static array', 'int f(int a) { static int t[9]; return 1; }', 'return f__gepo1(a);'],
  ])('%s', (_, code, expected) => {
    const { text, selectors } = combine(code, [['1', '2']])
    expect(selectors.size).toBe(1)
    expect(text).toContain(expected)
  })
})

describe('does not combine mutants of', () => {
  it.each([
    ['an initialiser', 'int x = 1; int f(void) { return x; }'],
    ['a header', 'int f(int a[1]) { return a[0]; }'],
    ['a macro', '#define ONE 1\nint f(void) { return ONE; }'],
    ['an old-style function', 'int f(a) int a; { return 1; }'],
    ['an old-style function of ints', 'int f(a) { return 1; }'],
    ['a parameter without a name', 'int f(int) { return 1; }'],
    ['a variadic function', 'int f(int a, ...) { return 1; }'],
    ['a type defined in the header', 'struct s { int a; } f(void) { struct s x = {1}; return x; }'],
    ['a size with an effect', 'int f(int n, int a[n++]) { return 1; }'],
    ['a size that calls', 'int f(int n, int a[g(n)]) { return 1; }'],
    ['an inline function', 'inline int f(int a) { return 1; }'],
    ['an extern function', 'extern int f(int a) { return 1; }'],
    ['a function without return', '_Noreturn void f(int a) { for (;;) g(1); }'],
    ['an attribute', '__attribute__((constructor)) void f(void) { g(1); }'],
    [
      'an attribute of a declaration',
      'void f(void) __attribute__((noreturn)); void f(void) { for (;;) g(1); }',
    ],
    ['a macro that makes the header', '#define F int f(int a)\nF { return 1; }'],
    ['a macro as name', '#define f g\nint f(int a) { return 1; }'],
    ['a macro with arguments in the header', '#define P(t) t\nint f(P(int) a) { return 1; }'],
    ['a directive inside', 'int f(int a) {\n#if A\na++;\n#endif\nreturn 1; }'],
    ['its own name', 'int f(int a) { puts(__func__); return 1; }'],
    ['its own name by a macro', '#define LOG puts(__FUNCTION__)\nint f(int a) { LOG; return 1; }'],
    ['an assertion', 'int f(int a) { assert(a); return 1; }'],
    ['a line number anywhere', 'int f(int a) { return 1; } int g(void) { return __LINE__; }'],
    ['a counter in a macro', '#define NEW __COUNTER__\nint f(int a) { return 1; }'],
    ['a computed goto', 'int f(int a) { void *p = &&x; goto *p; x: return 1; }'],
    ['a large static array', 'int f(int a) { static int t[1000][1000]; return 1; }'],
    ['a static array of unknown size', 'int f(int a) { static int t[sizeof(struct s)]; return 1; }'],
    ['a macro for a keyword', '#define return return 0 +\nint f(int a) { return 1; }'],
    ['a macro that opens a block', '#define BEGIN {\nint f(int a) { if (a) BEGIN return 1; } }'],
    ['a word in two pieces', 'int f(int a) { puts(__fu\\\nnc__); return 1; }'],
    ['the selector itself', 'int f(int a) { return 1; } int gepo_selected_mutant;'],
  ])('%s', (_, code) => {
    expect(combine(code, [['1', '2']])).toEqual({ text: code, selectors: new Map() })
  })

  it('one function, which does not keep others alone', () => {
    const { selectors } = combine('int f(int a, ...) { return 1; } int g(void) { return 2; }', [
      ['1', '3'],
      ['2', '4'],
    ])
    expect([...selectors]).toEqual([['2 -> 4', 1]])
  })
})

const unitsOf = async (folder: string, file: string, kind: Unit['kind']): Promise<readonly Unit[]> => {
  const text = readFileSync(join(FIXTURES, folder, file), 'utf8')
  const source = { id: file, dataset: 'test', split: '', row: '0', license: 'unknown', text }
  return (await extractUnits(source, { kinds: [kind] })).units
}

/** Everything but what a run takes, and what a sanitizer's report says of addresses and lines. */
function comparable(outcome: RunOutcome): unknown {
  if (outcome.kind === 'ok') return { kind: 'ok', ...observedResult(outcome) }
  return 'stderr' in outcome ? { ...outcome, stderr: '' } : outcome
}

/** Whether the sanitizers find the run clean, and the same result: what a run is worth otherwise is chance. */
async function isDefined(unit: Unit, text: string, entryPoint: EntryPoint, input: Input, result: unknown) {
  for (const build of ['asan', 'msan'] as const) {
    const [run] = await runner.run(await runner.load(unit, text, build, entryPoint), [{ input, fuel: 0 }])
    if (JSON.stringify(comparable(run!.outcome)) !== JSON.stringify(result)) return false
  }
  return true
}

async function compilable(unit: Unit, entryPoint: EntryPoint, mutants: readonly Mutant[]): Promise<Mutant[]> {
  const able: Mutant[] = []
  for (const mutant of mutants) {
    const built = await runner
      .load(unit, applyMutant(unit.code, mutant), 'cover', entryPoint)
      .catch(() => undefined)
    if (built !== undefined) able.push(mutant)
  }
  return able
}

async function expectSameRuns(unit: Unit, entryPoint: EntryPoint, inputs: readonly Input[], count: number) {
  const mutants = await compilable(
    unit,
    entryPoint,
    chooseMutants(mutateUnit(unit, native), { count, seed: 1 }),
  )
  const { text, selectors } = combineMutants(unit, mutants, native, 'beside')
  if (selectors.size === 0) return
  const together = await runner.load(unit, text, 'cover', entryPoint)
  const variants = [
    { name: 'the original', text: unit.code, mutant: 0 },
    ...mutants
      .filter(({ id }) => selectors.has(id))
      .map((mutant) => ({
        name: `${mutant.operator} in line ${mutant.line}`,
        text: applyMutant(unit.code, mutant),
        mutant: selectors.get(mutant.id)!,
      })),
  ]
  const runs = variants.flatMap(({ mutant }) => inputs.map((input) => ({ input, fuel: FUEL, mutant })))
  const combined = await runner.run(together, runs)
  for (const [place, variant] of variants.entries()) {
    const built = await runner.load(unit, variant.text, 'cover', entryPoint)
    const alone = await runner.run(
      built,
      inputs.map((input) => ({ input, fuel: FUEL })),
    )
    for (const [index, input] of inputs.entries()) {
      const [expected, got] = [alone[index]!, combined[place * inputs.length + index]!].map(
        ({ outcome, coverage }) => ({ outcome: comparable(outcome), edgesTaken: coverage?.edgesTaken }),
      )
      if (JSON.stringify(got) === JSON.stringify(expected)) continue
      if (await isDefined(unit, variant.text, entryPoint, input, expected!.outcome))
        expect(got, `${variant.name}, input ${index}`).toEqual(expected)
    }
  }
}

describe('runs as the mutant built alone does, edge by edge', () => {
  it.each(cFiles('programs'))(
    'programs/%s',
    async (file) => {
      const given = readFileSync(join(FIXTURES, 'programs', file.replace(/c$/, 'in')), 'latin1')
      const inputs = [given, given.slice(0, given.length / 2)].map(
        (stdin): Input => ({ kind: 'stdin', stdin }),
      )
      for (const unit of await unitsOf('programs', file, 'program'))
        await expectSameRuns(unit, (await runner.entryPointOf(unit))!, inputs, 12)
      await runner.release()
    },
    MINUTE,
  )

  it.each(cFiles('functions'))(
    'functions/%s',
    async (file) => {
      for (const unit of await unitsOf('functions', file, 'function')) {
        const entryPoint = await runner.entryPointOf(unit)
        if (entryPoint?.kind !== 'function') continue
        const inputs = [0, 1, 2].map((size) =>
          generateCall(entryPoint.plan, {
            seed: `${file} ${size}`,
            size: size / 3,
            constants: ['7'],
            stdin: '',
          }),
        )
        await expectSameRuns(unit, entryPoint, inputs, 6)
      }
      await runner.release()
    },
    MINUTE,
  )

  it('in a function that never returns from its first block', async () => {
    const code = `#include <stdio.h>
#include <stdlib.h>
static _Noreturn void stop(int n);
static void leave(int n) { int twice = n + n; printf("%d\\n", twice); exit(twice); }
static void end(int n) { int twice = n - 1; printf("%d\\n", twice); stop(twice); }
static _Noreturn void stop(int n) { exit(n * 3); }
int main(void) { int n; if (scanf("%d", &n) != 1) return 1; if (n > 2) leave(n); else end(n); return 0; }
`
    const inputs = ['1', '5'].map((stdin): Input => ({ kind: 'stdin', stdin }))
    const unit = programUnit(code)
    await expectSameRuns(unit, (await runner.entryPointOf(unit))!, inputs, 60)
  })

  it('in recursion as deep as the stack allows', async () => {
    const code = `#include <stdio.h>
static long down(long n, char *p) { char frame[96]; frame[0] = *p; if (n == 0) return 0; return down(n - 1, frame) + 1; }
int main(void) { long n; char c = 'x'; scanf("%ld", &n); printf("%ld\\n", down(n, &c)); }
`
    const { text, selectors } = combine(code, [['+ 1;', '+ 2;']])
    expect(selectors.size).toBe(1)
    const unit = programUnit(code)
    const entryPoint = (await runner.entryPointOf(unit))!
    const depths = [350_000, 600_000].map((depth) => ({
      input: { kind: 'stdin', stdin: String(depth) } as const,
      fuel: 10_000_000,
    }))
    const alone = await runner.run(await runner.load(unit, code, 'cover', entryPoint), depths)
    expect(alone.map(({ outcome }) => outcome.kind)).toEqual(['ok', 'signal'])
    const together = await runner.load(unit, text, 'cover', entryPoint)
    const mutated = await runner.run(
      together,
      depths.map((run) => ({ ...run, mutant: 1 })),
    )
    expect(mutated.map(({ outcome }) => outcome.kind)).toEqual(['ok', 'signal'])
    expect(mutated[0]!.outcome).toMatchObject({ stdout: '700000\n' })
    expect(mutated[0]!.coverage!.edgesTaken).toBe(alone[0]!.coverage!.edgesTaken)
  })

  it('in recursion as deep as the stack allows through two functions with many mutants', async () => {
    const code = `#include <stdio.h>
static long even(long n);
static long odd(long n) { return even(n - 1) + n * 5 - n * 5; }
static long even(long n) { if (n == 0) return 9; return odd(n - 1); }
int main(void) { long n; scanf("%ld", &n); printf("%ld\\n", even(n)); }
`
    const { text, selectors } = combine(
      code,
      Array.from({ length: 40 }, (_, index) => ['5', `${index + 10}`, 'CRP'] as const),
    )
    expect(selectors.size).toBe(40)
    const unit = programUnit(code)
    const entryPoint = (await runner.entryPointOf(unit))!
    const deep = { input: { kind: 'stdin', stdin: '600000' } as const, fuel: 10_000_000 }
    const [alone] = await runner.run(await runner.load(unit, code, 'cover', entryPoint), [deep])
    const [combined] = await runner.run(await runner.load(unit, text, 'cover', entryPoint), [deep])
    expect(alone!.outcome).toMatchObject({ kind: 'ok', stdout: '9\n' })
    expect(combined!.outcome).toMatchObject({ kind: 'ok', stdout: '9\n' })
    expect(combined!.coverage!.edgesTaken).toBe(alone!.coverage!.edgesTaken)
  })
})

function programUnit(code: string): Unit {
  const names = { name: 'main', kind: 'program', standard: 'gnu17', exitDefined: true } as const
  return { id: 'unit', sourceId: 'source', code, ...names }
}

/** Mutants whose fault is behind a dispatcher, in what it hands on: an argument, a record, a result. */
const FAULTS = `#include <stdio.h>
#include <string.h>
struct pair { int a, b; };
static int third(const int *v, int n) { return v[n - 1]; }
static int sum(struct pair p) { return p.a + p.b; }
static int first(int n) { int x; x = n; return x; }
static struct pair both(int n) { struct pair p; p.a = n; p.b = n; return p; }
int main(void) {
  int v[3] = {1, 2, 3};
  struct pair p;
  p.a = 1;
  p.b = 2;
  if (third(v, 3) > 2) puts("third");
  if (sum(p) > 2) puts("sum");
  if (first(3) > 2) puts("first");
  if (sum(both(2)) > 3) puts("both");
  return 0;
}
`
const FAULT_EDITS = [
  ['v[n - 1]', 'v[n]'],
  ['third(v, 3)', 'third(v, 4)'],
  ['p.b = 2;', ';'],
  ['x = n;', ';'],
  ['p.b = n;', ';'],
  ['> 3', '> 9'],
  ['p.a + p.b', 'p.a - p.b'],
] as const

const verdict = (outcome: RunOutcome) => (outcome.kind === 'sanitizer' ? outcome.report : outcome.kind)

describe('under the sanitizers', () => {
  const reports = async (build: 'asan' | 'msan') => {
    const unit = programUnit(FAULTS)
    const entryPoint = (await runner.entryPointOf(unit))!
    const { text, selectors } = combine(FAULTS, FAULT_EDITS)
    expect(selectors.size).toBe(FAULT_EDITS.length)
    const input = { kind: 'stdin', stdin: '' } as const
    const together = await runner.load(unit, text, build, entryPoint)
    const found: string[] = []
    for (const [original, replacement] of FAULT_EDITS) {
      const mutant = edit(FAULTS, original, replacement)
      const code = applyMutant(FAULTS, mutant)
      const [alone] = await runner.run(await runner.load(unit, code, build, entryPoint), [{ input, fuel: 0 }])
      const selected = { input, fuel: 0, mutant: selectors.get(mutant.id)! }
      const [combined] = await runner.run(together, [selected])
      expect(verdict(combined!.outcome)).toBe(verdict(alone!.outcome))
      found.push(verdict(combined!.outcome))
    }
    const [original] = await runner.run(together, [{ input, fuel: 0 }])
    expect(original!.outcome).toMatchObject({ kind: 'ok', stdout: 'third\nsum\nfirst\nboth\n' })
    return found
  }

  it('reads out of bounds are found, and nothing else', async () => {
    const overflow = 'stack-buffer-overflow'
    expect(await reports('asan')).toEqual([overflow, overflow, 'ok', 'ok', 'ok', 'ok', 'ok'])
  })

  it('uninitialised reads are found, and nothing else', async () => {
    const uninitialised = 'use-of-uninitialized-value'
    const found = await reports('msan')
    expect(found.slice(2)).toEqual([uninitialised, uninitialised, uninitialised, 'ok', 'ok'])
  })
})

describe('in a linked executable', () => {
  it.each(['plain', 'asan', 'msan'] as const)('%s: the environment selects', async (build) => {
    const { clang } = locateTools()
    const code = `#include <stdio.h>
static int f(int a) { return a + 1; }
static int at_start;
__attribute__((constructor)) static void early(void) { at_start = f(5); }
int main(void) { printf("%d %d\\n", at_start, f(7)); }
`
    const { text } = combine(code, [
      ['a + 1', 'a * 1'],
      ['a + 1', 'a - 1'],
    ])
    const folder = await mkdtemp(join(tmpdir(), 'gepo-combined-'))
    try {
      const file = join(folder, 'unit')
      const { [build]: harness } = await prepareHarness(clang)
      const args = [
        ...BUILD_FLAGS[build],
        '-w',
        ...harness.before,
        '-x',
        'c',
        '-',
        '-x',
        'none',
        ...harness.behind,
        '-o',
        file,
      ]
      await execa(clang, args, { input: text })
      const outputs = ['0', '1', '2', undefined].map(async (number) => {
        const env = number === undefined ? {} : { GEPO_MUTANT: number }
        return (await execa(file, [], { env })).stdout
      })
      expect(await Promise.all(outputs)).toEqual(['6 8', '5 7', '4 6', '6 8'])
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
