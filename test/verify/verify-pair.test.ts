import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UserError } from '../../src/base/user-error.ts'
import { locateTools } from '../../src/toolchain/locate-tools.ts'
import { openPairEngine, type PairEngine } from './open-pair-engine.ts'
import { pairFixtures } from './pair-fixtures.ts'

let pairs: PairEngine
beforeAll(async () => {
  pairs = await openPairEngine('worker')
})
afterAll(() => pairs.engine.close())

const few = { inputs: 200 }
const SUM = 'int f(const int *a, int n) { int s = 0; for (int i = 0; i < n; i++) s ^= a[i]; return s; }\n'
const ECHO =
  '#include <stdio.h>\nint main(void) { int x; while (scanf("%d", &x) == 1) printf("%d\\n", x); return 0; }\n'
const IR = 'define i32 @f(i32 noundef %x) {\n  %1 = add nsw i32 %x, 1\n  ret i32 %1\n}\n'

/** What binds is undefined where it does not hold, whatever a compiler makes of it. */
describe('a file and what clang makes of it at -O2', () => {
  const asIr = async (code: string) => {
    const args = ['-O2', '-w', '-S', '-emit-llvm', '-x', 'c', '-', '-o', '-']
    return (await execa(locateTools().clang, args, { input: code })).stdout
  }

  it.each([
    ['an assumption', 'int f(int x) { __builtin_assume(x >= 0); if (x < 0) return -1; return x & 15; }\n'],
    [
      'nonnull in a declaration',
      'int f(int *p, int n) __attribute__((nonnull(1)));\nint f(int *p, int n) { int s = 0; for (int i = 0; p && i < n; i++) s += p[i] & 3; return p ? s : -9; }\n',
    ],
    [
      'a returned pair of floats',
      'struct v { float x, y; };\nstruct v f(struct v a) { struct v r = { a.y + 1, a.x }; return r; }\n',
    ],
    [
      'a computed goto',
      'int g(unsigned n) { static void *t[] = { &&a, &&b }; goto *t[n & 1]; a: return 1; b: return 2; }\nint f(int a, int b) { return a > b ? a - b / 3 : b; }\n',
    ],
    ['the truth of isdigit', 'int isdigit(int);\nint f(int c) { return isdigit(c & 127); }\n'],
    ['restrict', 'int f(int *restrict a, int *restrict b) { *a = 1; *b = 2; return *a; }\n'],
  ])('are equal: %s', async (_, code) => {
    expect(await pairs.verify(['a.c', code], ['a.ll', await asIr(code)], few)).toMatchObject({
      verdict: 'equal',
    })
  })

  it.each([
    ['fewer arguments than the format asks for', 'int f(int x) { return printf("%d %d", x); }\n'],
    ['an argument of another type', 'int f(int x) { return printf(x > 5 ? "%s" : "%d", 1.0); }\n'],
    ['a pointer to another type', 'int f(int x) { long y = x; sscanf("7", "%d", &y); return y; }\n'],
  ])('are unknown: %s', async (_, code) => {
    const text = `#include <stdio.h>\n${code}`
    expect(await pairs.verify(['a.c', text], ['a.ll', await asIr(text)], few)).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('format'),
    })
  })
})

describe('what IR promises of itself', () => {
  it.each([
    [
      'nonnull',
      'define i32 @f(ptr %p) {\n %c = icmp eq ptr %p, null\n %r = select i1 %c, i32 1, i32 2\n ret i32 %r\n}\n',
      'ptr nonnull %p',
      'ptr %p',
      'i32 1',
    ],
    [
      'range',
      'define i32 @f(i32 %x) {\n %c = icmp ugt i32 %x, 99\n %r = select i1 %c, i32 1, i32 2\n ret i32 %r\n}\n',
      'i32 range(i32 0, 100) %x',
      'i32 %x',
      'i32 1',
    ],
  ])('binds whoever calls it: %s', async (_, ir, promised, plain, once) => {
    const folded = ir.replace(once, 'i32 2')
    const both = (text: string) => text.replace(plain, promised)
    expect(await pairs.verify(['a.ll', ir], ['b.ll', folded], few)).toMatchObject({ verdict: 'differ' })
    expect(await pairs.verify(['a.ll', both(ir)], ['b.ll', folded], few)).toMatchObject({ verdict: 'equal' })
  })

  it.each([
    ['!range', 'i32', '!range !0', '!0 = !{i32 0, i32 100}'],
    ['!nonnull', 'ptr', '!nonnull !0', '!0 = !{}'],
  ])('binds what is loaded: %s', async (_, type, metadata, node) => {
    const limit = type === 'ptr' ? 'icmp eq ptr %x, null' : 'icmp ugt i32 %x, 99'
    const ir = (result: number, mark = '') =>
      `@g = global ${type} ${type === 'ptr' ? 'null' : '500'}\ndefine i32 @f(i32 %a) {\n %x = load ${type}, ptr @g${mark}\n %c = ${limit}\n %r = select i1 %c, i32 ${result}, i32 2\n ret i32 %r\n}\n`
    expect(await pairs.verify(['a.ll', ir(1)], ['b.ll', ir(2)], few)).toMatchObject({ verdict: 'differ' })
    const promising = `${ir(1, `, ${metadata}`)}${node}\n`
    expect((await pairs.verify(['a.ll', promising], ['b.ll', ir(2)], few)).verdict).not.toBe('differ')
  })
})

describe('IR that cannot be compared', () => {
  it.each([
    [
      'newer by its words',
      'define i32 @f(ptr captures(none) %p) {\n ret i32 0\n}\n',
      /IR of a newer LLVM than 19 \(captures\(\.\.\.\)\)/,
    ],
    [
      'newer by its producer',
      'define i32 @f(ptr strange %p) {\n ret i32 0\n}\n!llvm.ident = !{!0}\n!0 = !{!"clang version 21.1.0"}\n',
      /IR of a newer LLVM than 19 \(clang version 21\.1\.0\)/,
    ],
    [
      'with metadata as an operand',
      'declare i64 @llvm.read_register.i64(metadata)\ndefine i64 @f() {\n %p = call i64 @llvm.read_register.i64(metadata !0)\n ret i64 %p\n}\n!0 = !{!"rsp"}\n',
      /metadata as an operand/,
    ],
  ])('is refused in a sentence: %s', async (_, ir, sentence) => {
    const error = await pairs.verify(['a.ll', IR], ['b.ll', ir], few).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(UserError)
    expect((error as Error).message).toMatch(sentence)
  })
})

describe('the checker itself', () => {
  it.each([
    ['a function', ['a.c', SUM]],
    ['a program', ['a.c', ECHO]],
    ['IR', ['a.ll', IR]],
  ] as const)('finds %s equal to itself', async (_, file) => {
    const verdict = await pairs.verify(file, file, few)
    expect(verdict).toMatchObject({ verdict: 'equal', witness: undefined })
    expect(verdict.inputs).toBeGreaterThan(100)
    expect(verdict.cleanInputs).toBeGreaterThan(0)
    expect(verdict.coverage.a.reached).toBe(verdict.coverage.a.total)
  })

  it.each([
    ['a function', ['a.c', SUM], ['b.c', SUM.replace('^=', '|=')]],
    ['a program', ['a.c', ECHO], ['b.c', ECHO.replace('%d\\n', '%x\\n')]],
    ['IR', ['a.ll', IR], ['b.ll', IR.replace('add', 'sub')]],
  ] as const)('finds %s and a broken copy different, with an input', async (_, a, b) => {
    const { verdict, witness } = await pairs.verify(a, b, few)
    expect(verdict).toBe('differ')
    expect(witness!.a).not.toEqual(witness!.b)
  })

  it('gives the same verdict, witness and counts for the same seed, and looks elsewhere for another', async () => {
    const run = (seed: number) =>
      pairs.verifyC('int f(int x) { return x > 5; }', 'int f(int x) { return x > 70; }', { seed })
    const first = await run(1)
    expect(await run(1)).toEqual(first)
    expect((await run(2)).witness).not.toEqual(first.witness)
  })
})

describe('a pair is unknown', () => {
  it.each([
    [
      'the time',
      '#include <time.h>\nint f(int x) { return x + (int)time(0); }',
      /nondeterministic \(calls time\)/,
    ],
    ['an address', 'int f(int x) { int y = x; return (int)(long)&y; }', /nondeterministic/],
    ['memory that was never written', 'int f(int x) { int y; return x + y; }', /uninitialised-read/],
    [
      'memory beyond an array',
      'int f(int x) { volatile int a[2] = {0}; return a[2 + (x & 1)]; }',
      /undefined-behaviour/,
    ],
    ['a crash', 'int f(int x) { __builtin_trap(); return x; }', /crash/],
    ['an endless loop', 'int f(int x) { volatile int y = 1; while (y) ; return x; }', /timeout/],
    [
      'what hides from the sanitizers',
      '__attribute__((no_sanitize("undefined"))) int f(int x) { return x; }',
      /forbidden \(/,
    ],
    ['what it has no code for', 'int g(int); int f(int x) { return g(x); }', /needs g/],
  ])('whose result depends on %s', async (_, code, reason) => {
    const { verdict, reason: given, witness } = await pairs.verifyC('int f(int x) { return x; }', code, few)
    expect({ verdict, witness }).toEqual({ verdict: 'unknown', witness: undefined })
    expect(given).toMatch(reason)
  })

  it.each([
    ['int f(int x)', 'int f(long x)', 'i32 f(i32) in a.c, i32 f(i64) in b.c'],
    ['int f(int x)', 'int f(int x, int y)', 'i32 f(i32) in a.c, i32 f(i32, i32) in b.c'],
    ['int f(int x)', 'double f(int x)', 'i32 f(i32) in a.c, double f(i32) in b.c'],
    ['int f(char x)', 'int f(unsigned char x)', 'i32 f(i8 signext) in a.c, i32 f(i8 zeroext) in b.c'],
  ])('with the signatures %s and %s', async (a, b, explained) => {
    const { verdict, reason } = await pairs.verifyC(`${a} { return 1; }`, `${b} { return 1; }`, few)
    expect(verdict).toBe('unknown')
    expect(reason).toBe(`the signatures do not match: ${explained}`)
  })

  it('whose structures lie differently in memory', async () => {
    const code = (members: string) =>
      `struct s { ${members} };\nint f(const struct s *p) { return p ? p->a : 0; }`
    const { verdict, reason } = await pairs.verifyC(code('int a; char b;'), code('char b; int a;'), few)
    expect(verdict).toBe('unknown')
    expect(reason).toMatch(/parameter p of f leads to memory of different layouts/)
  })

  it('of IR whose pointers lead nobody knows where', async () => {
    const ir = 'define ptr @f(ptr %p) {\n  %1 = load ptr, ptr %p\n  ret ptr %1\n}\n'
    const { verdict, reason } = await pairs.verify(['a.ll', ir], ['b.ll', ir], few)
    expect(verdict).toBe('unknown')
    expect(reason).toMatch(/parameter p is a pointer to something that its IR does not tell/)
  })
})

describe('what one version alone does wrong is no difference', () => {
  it.each([
    ['a crash on some inputs', 'int f(int x) { if (x > 3) __builtin_trap(); return x & 3; }'],
    ['an overflow on some inputs', 'int f(int x) { int y = x * x * x; return y == 1 ? x & 3 : x & 3; }'],
    ['an endless loop on some inputs', 'int f(int x) { volatile int y = x; while (y == 7) ; return x & 3; }'],
  ])('%s', async (_, code) => {
    const { verdict } = await pairs.verifyC('int f(int x) { return x & 3; }', code, few)
    expect(verdict).toBe('equal')
  })
})

describe('what is compared', () => {
  const two = (f: string, g: string) => `int f(int x) { return ${f}; }\nint g(int x) { return ${g}; }\n`

  it('is every function that both define, and one that differs decides', async () => {
    const { verdict, units, reason } = await pairs.verifyC(two('x', 'x > 9'), two('x', 'x > 8'), few)
    expect(verdict).toBe('differ')
    expect(units.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['f', 'equal'],
      ['g', 'differ'],
    ])
    expect(reason).toMatch(/^g: /)
  })

  it('is one function where it is named, whatever the others do, main included', async () => {
    const a = `${two('x', '1')}int main(void) { return 0; }\n`
    const b = `${two('x', '2')}int main(void) { return 1; }\n`
    expect((await pairs.verifyC(a, b, { ...few, function: 'f' })).verdict).toBe('equal')
    expect((await pairs.verifyC(a, b, { ...few, function: 'g' })).verdict).toBe('differ')
    expect((await pairs.verifyC(a, b, few)).units.map(({ name }) => name)).toEqual(['main'])
  })

  it('is unknown where one function is and none differs', async () => {
    const a = 'int f(int x) { return x; }\nint g(int x) { return x; }\n'
    const { verdict, reason } = await pairs.verifyC(a, a.replace('g(int x)', 'g(long x)'), few)
    expect(verdict).toBe('unknown')
    expect(reason).toMatch(/^g: the signatures do not match/)
  })

  it('can be C against IR as text, as bitcode, with debug information and without', async () => {
    const { clang } = locateTools()
    const compile = (...flags: string[]) =>
      execa(clang, ['-w', ...flags, '-emit-llvm', '-x', 'c', '-', '-o', '-'], {
        input: SUM,
        encoding: 'buffer',
      })
    for (const flags of [['-S'], ['-S', '-g', '-O2'], ['-c'], ['-c', '-O1']]) {
      const { stdout } = await compile(...flags)
      const name = flags.includes('-c') ? 'b.bc' : 'b.ll'
      expect(await pairs.verify(['a.c', SUM], [name, stdout], few)).toMatchObject({ verdict: 'equal' })
      const broken: readonly [string, string] = ['a.c', SUM.replace('i = 0', 'i = 1')]
      expect(await pairs.verify(broken, [name, stdout], few)).toMatchObject({ verdict: 'differ' })
    }
  })

  it('is stopped early by the time given, and says so', async () => {
    const slow = 'int f(int x) { volatile int i; for (i = 0; i < 50000; i++) ; return x; }'
    const { verdict, reason } = await pairs.verifyC(slow, slow, { inputs: 100_000_000, seconds: 1 })
    expect(verdict).toBe('equal')
    expect(reason).toMatch(/stopped early by the time given/)
  })

  it.each([
    [['a.c', 'int f( {'], /^a\.c does not compile as C: 1:8: error: /],
    [
      ['a.ll', 'define i32 @f() {\n  ret i64 0\n}\n'],
      /^a\.ll is refused as LLVM IR by LLVM 19: 2:7: error: /,
    ],
    [['a.bc', Buffer.from('BC\xc0\xde nonsense', 'latin1')], /^a\.bc is no bitcode/],
    [['a.ll', 'target triple = "aarch64-linux-gnu"\n'], /^a\.ll is for aarch64-linux-gnu/],
    [['a.c', ''], /^a\.c cannot be read/],
    [['a.c', 'int g(int x) { return x; }'], /have no function in common \(g against f\)/],
  ] as const)('is refused with a sentence: %s', async (a, sentence) => {
    const attempt = pairs.verify(a, ['b.c', 'int f(int x) { return x; }'], few)
    await expect(attempt).rejects.toThrow(UserError)
    await expect(attempt).rejects.toThrow(sentence)
  })

  it('must be defined in both', async () => {
    const attempt = pairs.verifyC(
      'int f(int x) { return x; }',
      'static int f(int x) { return x; } int g(void) { return f(1); }',
      {
        function: 'f',
      },
    )
    await expect(attempt).rejects.toThrow(
      'b.c does not define a function f that can be called from outside; it defines g.',
    )
  })
})

describe('fixtures/pairs', () => {
  const fixtures = pairFixtures()

  it('holds at least 80 pairs, 25 of them equal', () => {
    expect(fixtures.length).toBeGreaterThanOrEqual(80)
    expect(fixtures.filter(({ expected }) => expected === 'equal').length).toBeGreaterThanOrEqual(25)
  })

  it.each(fixtures)('$name is $expected: $why', async ({ a, b, expected }) => {
    const { verdict, reason, witness } = await pairs.verify(a, b)
    expect({ verdict, reason, witness }).toMatchObject({ verdict: expected })
  })
})

describe('the reference engine', () => {
  it('comes to the same verdicts by the same inputs', async () => {
    const reference = await openPairEngine('spawn')
    try {
      for (const { name, a, b } of pairFixtures()) {
        if (!['int-constant-32', 'string-strcmp', 'program-exit-status', 'same-de-morgan'].includes(name))
          continue
        const options = { inputs: 96 }
        expect(await reference.verify(a, b, options), name).toEqual(await pairs.verify(a, b, options))
      }
    } finally {
      await reference.engine.close()
    }
  })
})
