import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compileWorkerFor } from '../../../src/execute/choose-compiler.ts'
import type { CodeEngine, Executable } from '../../../src/execute/code-engine.ts'
import type { Comparisons } from '../../../src/execute/harness/comparisons.ts'
import { prepareHarness } from '../../../src/execute/harness/harness-objects.ts'
import { openCodeEngine } from '../../../src/execute/open-code-engine.ts'
import { DEFAULT_UNIT_LIMITS } from '../../../src/execute/unit-limits.ts'
import { locateTools } from '../../../src/toolchain/locate-tools.ts'
import { cCode } from '../../fixtures/c-code.ts'

const entryPoint = { kind: 'program', exitDefined: true } as const
const fuel = 100_000

describe.each(['worker', 'spawn'] as const)('a trace build of the %s engine', (compiler) => {
  let engine: CodeEngine
  beforeAll(async () => {
    const { clang, llvmAs } = locateTools()
    engine = await openCodeEngine({
      clang,
      llvmAs,
      compileWorker: compileWorkerFor(compiler),
      harness: await prepareHarness(clang),
      limits: DEFAULT_UNIT_LIMITS,
    })
  })
  afterAll(() => engine.close())

  async function build(body: string): Promise<Executable> {
    const text = `#include <stdio.h>\n#include <string.h>\nint main(void) {\n${body}\n}\n`
    const built = await engine.build(cCode(text), 'trace', entryPoint)
    if (built.kind === 'rejected') throw new Error(built.detail)
    return built.executable
  }

  async function comparisons(body: string, stdin: string): Promise<Comparisons> {
    const [ran] = await engine.replay(await build(body), [{ input: { kind: 'stdin', stdin }, fuel }])
    expect(ran?.outcome.kind).toBe('ok')
    return ran!.comparisons!
  }

  it('notes both operands of a comparison, the constant second', async () => {
    const { numbers } = await comparisons('int x; scanf("%d", &x); return 7777 == x;', '-3')
    expect(numbers).toEqual([
      {
        place: expect.any(Number),
        kind: 'integer',
        size: 4,
        equal: 0,
        pairs: Array(3).fill([0xfffffffdn, 7777n]),
      },
    ])
  })

  it('keeps the first different pairs of a place, the closest and the last', async () => {
    const { numbers } = await comparisons(
      'int n = 0; for (int i = 0; i < 60; i++) n += i == 40; return n;',
      '',
    )
    const inner = numbers.find(({ equal, pairs }) => equal === 1 && pairs[0]?.[1] === 40n)
    expect(inner?.pairs).toEqual([0, 1, 2, 3, 4, 5, 40, 59].map((i) => [BigInt(i), 40n]))
  })

  it('tells the labels of a switch apart', async () => {
    const { numbers } = await comparisons(
      'int x; scanf("%d", &x); switch (x) { case 5: return 1; case 9000: return 2; } return 0;',
      '9000',
    )
    expect(numbers.map(({ pairs, equal }) => [pairs[0]?.[1], equal])).toEqual([
      [5n, 0],
      [9000n, 1],
    ])
    expect(new Set(numbers.map(({ place }) => place)).size).toBe(2)
  })

  it.each([
    'strcmp(w, "hello")',
    'strncmp(w, "hello", 5)',
    'memcmp(w, "hello", 5)',
    'strstr(w, "hello") != 0',
  ])('notes the texts of %s, and answers as the library does', async (call) => {
    const executable = await build(`char w[30] = ""; scanf("%29s", w); return ${call} != 0;`)
    const run = async (stdin: string) =>
      (await engine.replay(executable, [{ input: { kind: 'stdin', stdin }, fuel }]))[0]!
    const other = await run('abcde')
    expect(other.comparisons?.texts.map(({ texts }) => texts)).toEqual([['abcde', 'hello']])
    expect(other.outcome).toMatchObject({ exit: call.startsWith('strstr') ? 0 : 1 })
    expect((await run('hello')).outcome).toMatchObject({ exit: call.startsWith('strstr') ? 1 : 0 })
  })

  it('gives the same places in every run', async () => {
    const executable = await build('int x; scanf("%d", &x); if (x > 3) puts("a"); return x == 10;')
    const runs = await engine.replay(
      executable,
      ['1', '5', '10'].map((stdin) => ({ input: { kind: 'stdin', stdin } as const, fuel })),
    )
    const places = runs.map((run) => run.comparisons?.numbers.map(({ place }) => place))
    expect(places[1]).toEqual(places[0])
    expect(places[2]).toEqual(places[0])
  })

  it('continues a given beginning of the input', async () => {
    const executable = await build('int a, b; return scanf("%d %d", &a, &b) == 2 ? a == 12 : 2;')
    const [explored] = await engine.explore(executable, [
      {
        seed: 1n,
        size: 1,
        fuel,
        call: undefined,
        beginning: '12 ',
        dictionary: { numbers: [], words: [], chars: '' },
      },
    ])
    expect(explored?.input.stdin).toMatch(/^12 -?\d+/)
    expect(explored?.outcome).toMatchObject({ kind: 'ok', exit: 1 })
  })
})
