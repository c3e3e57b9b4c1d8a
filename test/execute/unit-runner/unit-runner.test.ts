/** What the unit runner promises beyond giving the reference's results: inputs that share a process stay strangers. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EntryPoint } from '../../../src/call/entry-point.ts'
import type { BuildKind } from '../../../src/execute/build-kind.ts'
import { DEFAULT_UNIT_LIMITS, type UnitLimits } from '../../../src/execute/unit-limits.ts'
import { openUnitRunner } from '../../../src/execute/unit-runner/open-unit-runner.ts'
import type { UnitInput, UnitRun } from '../../../src/execute/unit-runner/protocol.ts'
import type { Input } from '../../../src/records/input.ts'
import type { RunOutcome } from '../../../src/records/run-outcome.ts'
import { locateTools } from '../../../src/toolchain/locate-tools.ts'
import { cCode } from '../../fixtures/c-code.ts'
import { openRunnerEngine, type RunnerEngine } from './runner-engine.ts'

const PROGRAM: EntryPoint = { kind: 'program', exitDefined: true }
/** Little memory: a busy machine must not run out of time before it runs out of that. */
const LIMITS: UnitLimits = { ...DEFAULT_UNIT_LIMITS, cpuMs: 1000, memoryBytes: 64 << 20 }
const MINUTE = 60_000

let runners: RunnerEngine

beforeAll(async () => {
  runners = await openRunnerEngine(LIMITS)
})

afterAll(() => runners.close())

const stdin = (text: string): Input => ({ kind: 'stdin', stdin: text })

async function outcomes(
  code: string,
  inputs: readonly string[],
  { build = 'plain', isolated = false }: { build?: BuildKind; isolated?: boolean } = {},
): Promise<RunOutcome[]> {
  const unit = await runners.load(cCode(code), build, PROGRAM)
  const runs = await runners.run(unit, inputs.map(stdin), { fill: 0xa5, fuel: 0, isolated })
  return runs.map(({ outcome }) => outcome)
}

const short = (outcome: RunOutcome): string =>
  outcome.kind === 'ok'
    ? `${outcome.exit} ${outcome.stdout}`
    : outcome.kind === 'signal'
      ? outcome.signal
      : outcome.kind === 'sanitizer'
        ? outcome.report
        : outcome.kind

const INCLUDES = ['stdio', 'stdlib', 'string', 'search', 'math', 'wchar', 'errno', 'signal', 'unistd']
const includes = INCLUDES.map((name) => `#include <${name}.h>\n`).join('')
const main = (body: string, before = '') => `${includes}${before}\nint main(void) {\n${body}\nreturn 0; }\n`

/** Each shows what an earlier run has left behind. */
const LEAVING: readonly (readonly [string, string])[] = [
  ['variables', main('printf("%d %d", a++, b++);', 'static int a; int b = 5;')],
  [
    'large arrays',
    main(
      'for (int i = 0; i < N; i += 999) s += a[i]++; printf("%d", s);',
      'enum { N = 1 << 20 }; int a[N], s;',
    ),
  ],
  ['strtok', main('char t[] = "x y z"; char *p = strtok(NULL, " "); if (p) puts(p); strtok(t, " ");')],
  ['atexit', main('atexit(f); printf("m");', 'static void f(void) { printf("x"); }')],
  ['ungetc', main('printf("%d ", getchar()); ungetc(65, stdin);')],
  ['end of file', main('while (getchar() != EOF); printf("%d", feof(stdin));')],
  [
    'a buffer of its own',
    main('setvbuf(stdout, b, _IOFBF, 9); printf("%s", "longer than nine");', 'static char b[9];'),
  ],
  ['wide output', main('printf("%d", fwide(stdout, 0)); wprintf(L"w");')],
  ['errno', main('printf("%d", errno); errno = 7;')],
  ['signgam', main('printf("%d", signgam); lgamma(-0.5);')],
  ['hash table', main('ENTRY e = {"k", 0}; printf("%d", hcreate(9)); hsearch(e, ENTER);')],
  ['exit in the middle', main('a++; printf("%d", a); exit(a + 2);', 'static int a;')],
  ['freed memory', main('char *p = malloc(99); printf("%d", p[50] & 255); memset(p, 1, 99); free(p);')],
  [
    'large allocations',
    main('char *p = malloc(1 << 20); printf("%d", p[70000] & 255); memset(p, 1, 1 << 20);'),
  ],
  [
    'deep stack',
    main(
      'printf("%d", f(0));',
      'static int f(int d) { volatile char a[1 << 19]; int s = a[5] + a[300000]; a[5] = a[300000] = 1; return d == 5 ? s : s + f(d + 1); }',
    ),
  ],
  [
    'a heap that grew',
    main(
      'char *p = malloc(3000000); int s = p[9] + p[2000000]; p[9] = p[2000000] = 1; char *q = calloc(500, 1); printf("%d %d", s, q[99]); memset(q, 7, 500);',
    ),
  ],
  ["the heap's end", main('char *p = sbrk(0); malloc(9); printf("%d", (int)((char *)sbrk(0) - p));')],
  [
    'memory behind a hole',
    main('printf("%d", a[5] + a[900000]++); a[900000] = 1; a[5] += a[400000];', 'static char a[1 << 20];'),
  ],
  ['signal handlers', main('printf("%d", signal(SIGINT, SIG_IGN) == SIG_DFL);')],
  ['a closed descriptor', main('printf("%d", close(4)); dup2(1, 4);')],
  ['unread input', main('int c = getchar(); printf("%c", c); char b[2]; fgets(b, 2, stdin);')],
]

describe('inputs that share a process begin as in a new one', () => {
  it.each(LEAVING)('%s', async (_, code) => {
    const inputs = Array.from({ length: 12 }, (_, index) => `${index}\nsome more text\n`)
    const together = await outcomes(code, inputs)
    const apart = await outcomes(code, inputs, { isolated: true })
    expect(together.map(short)).toEqual(apart.map(short))
    // The programs do the same on all of these inputs: a difference would be the process's.
    expect(new Set(apart.map(({ kind }) => kind)).size).toBe(1)
  })
})

describe('images that share a process', () => {
  const load = async (codes: readonly string[]) => {
    const units = []
    for (const code of codes) units.push(await runners.load(cCode(code), 'plain', PROGRAM))
    return units.map(({ image }) => image)
  }
  const INPUTS = ['0\nsome more text\n', '1\nsome more text\n', '2\nsome more text\n']
  const ask = async (images: UnitRun['images'], isolated: boolean) => {
    const inputs = images.flatMap((_, image) =>
      INPUTS.map((stdin) => ({ image, stdin, fill: 0xa5, group: image })),
    )
    const limits = { cpuMs: 1000, outputBytes: 4096, memoryBytes: 64 << 20 }
    return (await runners.runner('plain')).run({ images, inputs, env: {}, limits, isolated })
  }
  const reportsOf = async (images: UnitRun['images'], isolated: boolean) => {
    const reply = await ask(images, isolated)
    if (reply.kind !== 'run') throw new Error(JSON.stringify(reply))
    return reply.reports.map(
      (report) =>
        report && { kind: report.kind, code: 'code' in report && report.code, stdout: `${report.stdout}` },
    )
  }

  it('leave nothing to one another', async () => {
    const images = await load(LEAVING.map(([, code]) => code))
    expect(await reportsOf(images, false)).toEqual(await reportsOf(images, true))
  })

  it('end for themselves, and are not short of memory for what others have', async () => {
    const images = await load([
      main('puts("first");'),
      main('printf("%d", a[getchar()]++);', 'static int a[12 << 20];'),
      main('if (getchar() == 49) abort(); puts("third");'),
      main('printf("%d", b[getchar()]++);', 'static int b[3 << 20];'),
      main('if (getchar() == 50) for (;;);'),
      main('_exit(getchar());'),
      main('getppid(); puts("asked");'),
      main('puts("last");'),
    ])
    const together = await reportsOf(images, false)
    expect(together).toEqual(await reportsOf(images, true))
    expect(together.map((report) => report?.kind)).toContain('timeout')
    expect(together.at(-1)).toMatchObject({ kind: 'exited', code: 0, stdout: 'last\n' })
  })

  it('are refused where one needs the real linker', async () => {
    const images = await load([main('puts("first");'), main('a++;', 'static _Thread_local int a;')])
    expect(await ask(images, false)).toMatchObject({ kind: 'unsupported' })
  })

  it('are named in their order', async () => {
    const images = await load([main('puts("first");'), main('puts("second");')])
    const runner = await runners.runner('plain')
    const run = { images, env: {}, limits: { cpuMs: 1000, outputBytes: 4096 } }
    const inputs = [1, 0].map((image) => ({ image, stdin: '' }))
    expect(await runner.run({ ...run, inputs })).toMatchObject({
      kind: 'failed',
      detail: 'malformed request',
    })
    expect(await runner.run({ ...run, inputs: [{ image: 2, stdin: '' }] })).toMatchObject({ kind: 'failed' })
  })
})

describe('what an input finds', () => {
  const run = async (code: string, inputs: readonly UnitInput[], build: BuildKind = 'plain') => {
    const unit = await runners.load(cCode(code), build, PROGRAM)
    const reply = await (await runners.runner(build)).run({
      images: [unit.image],
      inputs,
      env: {},
      limits: { cpuMs: 1000, outputBytes: 100 },
    })
    if (reply.kind !== 'run') throw new Error(JSON.stringify(reply))
    return reply.reports.map((report) => `${report?.stdout}`)
  }

  it('is a stack that holds its fill, zero where nothing is said', async () => {
    const code = main(
      'int depth; scanf("%d", &depth); f(depth);',
      `static void f(int depth) {
        volatile unsigned char a[10000];
        if (depth > 0) f(depth - 1); else printf("%d %d", a[9], a[9000]);
        for (int i = 0; i < 10000; i++) a[i] = 1;
      }`,
    )
    const fills = [0xa5, 0x5b, 0xa5, undefined, 0xa5]
    for (const depth of ['1', '20']) {
      const inputs = fills.map((fill) => ({ stdin: depth, ...(fill !== undefined && { fill }) }))
      expect(await run(code, inputs)).toEqual(['165 165', '91 91', '165 165', '0 0', '165 165'])
    }
  })

  it.each(['plain', 'asan', 'msan'] as const)(
    'is its own text as a file that only reads; %s',
    async (build) => {
      const code = main(`char first = 0, last = 0;
      fseek(stdin, 0, SEEK_END); long size = ftell(stdin);
      if (size > 0) { rewind(stdin); first = getchar(); fseek(stdin, -1, SEEK_END); last = getchar(); }
      printf("%ld%c%c %d", size, first ? first : '-', last ? last : '-', (int)write(0, "x", 1));`)
      const texts = ['abc', '', 'x'.repeat(9999), 'yz', '', 'z'.repeat(5000), 'abc']
      expect(
        await run(
          code,
          texts.map((stdin) => ({ stdin })),
          build,
        ),
      ).toEqual(['3ac -1', '0-- -1', '9999xx -1', '2yz -1', '0-- -1', '5000zz -1', '3ac -1'])
    },
  )
})

describe('an input that ends its process costs itself alone', () => {
  const code = main(
    `int n; scanf("%d", &n);
    if (n == 1) abort();
    if (n == 2) *(volatile int *)0 = 1;
    if (n == 3) for (;;) n |= 1;
    if (n == 4) for (;;) puts("flood");
    if (n == 5) for (;;) *(char *)malloc(1 << 20) = 1;
    if (n == 6) kill(1, SIGTERM);
    if (n == 7) raise(SIGFPE);
    printf("%d", n);`,
  )
  const expected = [
    '0 0',
    'SIGABRT',
    'SIGSEGV',
    'timeout',
    'output-limit',
    'SIGSEGV',
    'forbidden-syscall',
    'SIGFPE',
    '0 8',
  ]

  it.each([false, true])(
    'isolated: %s',
    async (isolated) => {
      const got = await outcomes(
        code,
        expected.map((_, index) => `${index}`),
        { isolated },
      )
      expect(got.map(short)).toEqual(expected)
    },
    MINUTE,
  )
})

it(
  'an input that takes too much memory costs itself alone, wherever it is among many',
  async () => {
    const code = main(
      'int mib; scanf("%d", &mib); char *p = malloc(mib << 20); for (long i = 0; i < (long)mib << 20; i += 4096) p[i] = 1; printf("%d", mib);',
    )
    const unit = await runners.load(cCode(code), 'plain', PROGRAM)
    const many = Array.from({ length: 40 }, (_, index) => ({ stdin: index % 10 === 7 ? '100' : '1' }))
    for (const inputs of [many, many.slice(7, 8)]) {
      const reply = await (await runners.runner('plain')).run({
        images: [unit.image],
        inputs,
        env: {},
        limits: { cpuMs: 5000, memoryBytes: 50 << 20, outputBytes: 100 },
      })
      expect(reply.kind === 'run' && reply.reports.map((report) => report?.kind)).toEqual(
        inputs.map(({ stdin }) => (stdin === '1' ? 'exited' : 'memory-limit')),
      )
    }
  },
  MINUTE,
)

describe('planted bugs are found in shared processes', () => {
  const bugs = main(
    `int n, z = 0, k = 4, l[4] = {0}; scanf("%d", &n); char *p = malloc(4); int u;
    switch (n) {
      case 1: l[k] = 1; break;
      case 2: *(p + k) = 1; break;
      case 3: *(g + k) = 1; break;
      case 4: free(p); z = p[1]; break;
      case 5: k += 2147483647; break;
      case 6: k <<= 8 * k; break;
      case 7: k /= z; break;
      case 8: *(int *)(long)z = 1; break;
      case 9: if (u > k) puts("u"); break;
      case 10: if (p[2] > k) puts("p"); break;
    }
    printf("%d", k + z);`,
    'char g[4];',
  )
  const inputs = Array.from({ length: 12 }, (_, index) => `${index % 11}`)

  it(
    'ASan and UBSan',
    async () => {
      const got = await outcomes(bugs, inputs, { build: 'asan' })
      expect(got.map(short)).toEqual([
        '0 4',
        'index-out-of-bounds',
        'heap-buffer-overflow',
        'global-buffer-overflow',
        'heap-use-after-free',
        'signed-integer-overflow',
        'shift',
        'division-by-zero',
        'null-pointer',
        '0 4',
        '0 4',
        '0 4',
      ])
    },
    MINUTE,
  )

  it(
    'MSan',
    async () => {
      const got = await outcomes(bugs, inputs, { build: 'msan' })
      expect(got.slice(9).map(short)).toEqual([
        'use-of-uninitialized-value',
        'use-of-uninitialized-value',
        '0 4',
      ])
      expect(short(got[0]!)).toBe('0 4')
    },
    MINUTE,
  )
})

const echo = main('int n; scanf("%d", &n); printf("%d", n);')

describe('groups', () => {
  /** Each on its own line: the stdin of an input and, where it has one, what it is expected to print. */
  async function run(
    code: string,
    groups: readonly (readonly (readonly [stdin: string, expected?: string])[])[],
    run: Partial<UnitRun> & { build?: BuildKind },
  ) {
    const { build = 'plain', ...how } = run
    const unit = await runners.load(cCode(code), build, PROGRAM)
    const reply = await (await runners.runner(build)).run({
      images: [unit.image],
      inputs: groups.flatMap((inputs, group) =>
        inputs.map(([text, expected]) => ({
          stdin: text,
          group,
          ...(expected !== undefined && { expected: { exit: 0, stdout: expected } }),
        })),
      ),
      env: {},
      limits: { cpuMs: 100, outputBytes: 100 },
      ...how,
    })
    if (reply.kind !== 'run') throw new Error(JSON.stringify(reply))
    return reply.reports.map((report) => {
      if (report === undefined) return 'skipped'
      return report.kind === 'exited' ? `${report.code} ${report.stdout}` : report.kind
    })
  }

  const misbehaving = main(`int n; scanf("%d", &n);
    if (n == 97) exit(77);
    if (n == 98) abort();
    if (n == 99) for (;;) n |= 1;
    printf("%d", n);`)
  const leaving = main('int n; scanf("%d", &n); printf("%d", n); fflush(stdout); _exit(0);')

  it.each([false, true])('end at a difference, each for itself; isolated: %s', async (isolated) => {
    const groups = [
      [
        ['1', '1'],
        ['2', '3'],
        ['4', '4'],
        ['5', '6'],
      ],
      [
        ['7', '7'],
        ['8', '8'],
      ],
      [
        ['9', '0'],
        ['1', '1'],
      ],
      [['2', '2']],
    ] as const
    const all = ['0 1', '0 2', '0 4', '0 5', '0 7', '0 8', '0 9', '0 1', '0 2']
    expect(await run(echo, groups, { isolated })).toEqual(all)
    const ended = ['0 1', '0 2', 'skipped', 'skipped', '0 7', '0 8', '0 9', 'skipped', '0 2']
    expect(await run(echo, groups, { isolated, stopAt: 'difference' })).toEqual(ended)
    expect(await run(echo, groups, { isolated, stopAt: 'deviation' })).toEqual(ended)
  })

  it.each([false, true])(
    'end at a crash or a limit only where that is asked for; isolated: %s',
    async (isolated) => {
      const groups = [
        [
          ['1', '1'],
          ['98', '98'],
          ['2', '2'],
        ],
        [
          ['98', '98'],
          ['99', '99'],
          ['3', '4'],
          ['5', '5'],
        ],
      ] as const
      expect(await run(misbehaving, groups, { isolated, stopAt: 'difference' })).toEqual([
        '0 1',
        'signaled',
        '0 2',
        'signaled',
        'timeout',
        '0 3',
        'skipped',
      ])
      expect(await run(misbehaving, groups, { isolated, stopAt: 'deviation' })).toEqual([
        '0 1',
        'signaled',
        'skipped',
        'signaled',
        'skipped',
        'skipped',
        'skipped',
      ])
    },
  )

  it('do not end by what has no expected result', async () => {
    const groups = [[['98'], ['1'], ['2', '2']]] as const
    expect(await run(misbehaving, groups, { stopAt: 'deviation' })).toEqual(['signaled', '0 1', '0 2'])
  })

  it('are one group where none are given, and may be longer than what one process takes', async () => {
    const inputs = Array.from(
      { length: 500 },
      (_, index) => [`${index}`, `${index === 250 ? 0 : index}`] as const,
    )
    const got = await run(echo, [inputs], { stopAt: 'difference' })
    expect(got.slice(249, 252)).toEqual(['0 249', '0 250', 'skipped'])
    expect(new Set(got.slice(251))).toEqual(new Set(['skipped']))
    expect(got).toHaveLength(500)
  })

  it('hold a status that sanitizers end with for their report, not for a result', async () => {
    const groups = [
      [
        ['97', '97'],
        ['1', '1'],
        ['2', '3'],
        ['4', '4'],
      ],
    ] as const
    const got = ['77 ', '0 1', '0 2', 'skipped']
    expect(await run(misbehaving, groups, { build: 'asan', stopAt: 'difference' })).toEqual(got)
    expect(await run(misbehaving, groups, { build: 'msan', stopAt: 'difference' })).toEqual(got)
    const plain = ['77 ', 'skipped', 'skipped', 'skipped']
    expect(await run(misbehaving, groups, { stopAt: 'difference' })).toEqual(plain)
  })

  it.each([false, true])(
    'hold leaving by _exit for no result where a record is wanted; isolated: %s',
    async (isolated) => {
      const groups = [
        [
          ['1', '2'],
          ['3', '3'],
        ],
        [
          ['4', '4'],
          ['5', '5'],
        ],
      ] as const
      const how = { isolated, wantRecord: true }
      expect(await run(leaving, groups, { ...how, stopAt: 'difference' })).toEqual([
        '0 1',
        '0 3',
        '0 4',
        '0 5',
      ])
      expect(await run(leaving, groups, { ...how, stopAt: 'deviation' })).toEqual([
        '0 1',
        'skipped',
        '0 4',
        'skipped',
      ])
      const without = await run(leaving, groups, { isolated, stopAt: 'deviation' })
      expect(without).toEqual(['0 1', 'skipped', '0 4', '0 5'])
    },
  )
})

describe('the runner', () => {
  it('varies addresses from process to process', async () => {
    const code = main(
      'printf("%p %p %p %p", (void *)&n, (void *)&main, (void *)malloc(9), malloc(1 << 20));',
      'int n;',
    )
    const addresses = (await outcomes(code, Array(8).fill(''), { isolated: true })).map((outcome) =>
      outcome.kind === 'ok' ? outcome.stdout.split(' ') : [],
    )
    for (const place of [0, 1, 2, 3])
      expect(new Set(addresses.map((all) => all[place])).size).toBeGreaterThan(4)
  })

  it.each([
    ['thread-local variables', main('printf("%d", t++);', '_Thread_local int t;')],
    [
      'there_is_no_such_function is not defined',
      main('there_is_no_such_function();', 'void there_is_no_such_function(void);'),
    ],
  ])('refuses what needs the real linker: %s', async (reason, code) => {
    const unit = await runners.load(cCode(code), 'plain', PROGRAM)
    const reply = await runners.reply(unit, [stdin('')], { fill: 0, fuel: 0 })
    expect(reply).toEqual({ kind: 'unsupported', reason })
  })

  it(
    'refuses objects that are cut off or scrambled, wherever that is',
    async () => {
      const runner = await openUnitRunner({ build: 'plain' })
      const folder = mkdtempSync(join(tmpdir(), 'gepo-objects-'))
      execFileSync(locateTools().clang, ['-c', '-x', 'c', '-', '-o', `${folder}/echo.o`], { input: echo })
      const object = readFileSync(`${folder}/echo.o`)
      const broken = [0, 16, 63, 64, 500, object.length >> 1, object.length - 64].map((at) =>
        object.subarray(0, at),
      )
      for (let at = 40; at < object.length; at += 41) {
        const changed = Buffer.from(object)
        changed[at] = changed[at]! ^ 0xff
        broken.push(changed)
      }
      const run = (id: number) =>
        runner.run({
          images: [{ unit: id }],
          inputs: [{ stdin: '5' }],
          env: {},
          limits: { cpuMs: 100, outputBytes: 100 },
        })
      for (const bytes of broken)
        expect((await run(runner.load(Buffer.concat([bytes])))).kind).toBeOneOf([
          'run',
          'unsupported',
          'failed',
        ])
      const whole = await run(runner.load(object))
      expect(whole.kind === 'run' && `${whole.reports[0]?.stdout}`).toBe('5')
      rmSync(folder, { recursive: true })
      await runner.close()
    },
    MINUTE,
  )

  it('answers after it was killed, with the objects it had', async () => {
    const unit = await runners.load(cCode(echo), 'plain', PROGRAM)
    const options = { fill: 0, fuel: 0 }
    const before = (await runners.run(unit, [stdin('7')], options))[0]!.outcome
    const runner = await runners.runner('plain')
    process.kill(runner.pid!, 'SIGKILL')
    await expect.poll(() => runner.pid).toBeUndefined()
    const after = (await runners.run(unit, [stdin('7')], options))[0]!.outcome
    expect([before, after].map(short)).toEqual(['0 7', '0 7'])
  })

  it('makes a run once more whose process is killed', async () => {
    const slow = main('int n; scanf("%d", &n); for (long i = 0; i < 20000000; i++) n ^= 1; printf("%d", n);')
    const unit = await runners.load(cCode(slow), 'plain', PROGRAM)
    const runner = await runners.runner('plain')
    const run = runners.run(unit, [stdin('7')], { fill: 0, fuel: 0 })
    process.kill(runner.pid!, 'SIGKILL')
    expect(short((await run)[0]!.outcome)).toBe('0 7')
  })

  it(
    'does not grow over 10,000 runs',
    async () => {
      const unit = await runners.load(cCode(echo), 'plain', PROGRAM)
      const runner = await runners.runner('plain')
      const options = { fill: 0, fuel: 0 }
      const inputs = Array.from({ length: 1000 }, (_, index) => stdin(`${index}`))
      const sizes: number[] = []
      for (let round = 0; round < 10; round++) {
        const got = await runners.run(unit, inputs, options)
        expect(short(got[999]!.outcome)).toBe('0 999')
        sizes.push(residentBytes(runner.pid!))
      }
      expect(sizes[9]! - sizes[1]!).toBeLessThan(1 << 20)
    },
    MINUTE,
  )
})

/** Of a process and its descendants: outermost is bubblewrap. */
function residentBytes(pid: number): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  const below = children === '' ? [] : children.split(' ').map(Number)
  return pages * 4096 + below.reduce((sum, child) => sum + residentBytes(child), 0)
}
