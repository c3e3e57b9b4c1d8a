/**
 * The acceptance of the in-process compiler: on every fixture, at every level, what it gives is what the clang
 * command of this machine gives, byte for byte, whether or not its headers were precompiled.
 */
import { readFileSync } from 'node:fs'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Code, irCode } from '../../../src/compile/code.ts'
import { normalizeIr } from '../../../src/compile/normalize-ir.ts'
import type { CompileWorker } from '../../../src/compile/worker/open-compile-worker.ts'
import type { BuildKind } from '../../../src/execute/build-kind.ts'
import { BUILD_FLAGS } from '../../../src/execute/harness/harness-objects.ts'
import { LEVELS, type Level } from '../../../src/records/level.ts'
import { decodeBytes } from '../../../src/sources/decode-text.ts'
import { runClang } from '../../../src/toolchain/run-clang.ts'
import { cCode } from '../../fixtures/c-code.ts'
import { standardOf } from '../../fixtures/compile-fixture.ts'
import { listFixtures } from '../../fixtures/list-fixtures.ts'
import { clang, openTestWorker } from './open-test-worker.ts'

let worker: CompileWorker
beforeAll(async () => {
  worker = await openTestWorker()
})
afterAll(() => worker.close())

function spawnEmit({ text, flags }: Code, level: Level, extra: readonly string[] = []) {
  return runClang(clang, [...flags, `-${level}`, ...extra, '-S', '-emit-llvm', '-', '-o', '-'], text)
}

async function spawnObject(text: string, flags: readonly string[]): Promise<Buffer> {
  const args = [...flags, '-', '-c', '-o', '-']
  const { stdout } = await execa(clang, args, { input: text, encoding: 'buffer' })
  return Buffer.from(stdout)
}

/** One after the other: the machine's cores are shared with the worker and with other tests. */
async function forEachLevel(check: (level: Level) => Promise<void>): Promise<void> {
  for (const level of LEVELS) await check(level)
}

const BUILDS = Object.keys(BUILD_FLAGS) as BuildKind[]
const fixtures = [...listFixtures('programs'), ...listFixtures('functions')].map((fixture, index) => ({
  ...fixture,
  build: BUILDS[index % BUILDS.length]!,
}))

describe('every fixture', () => {
  it.concurrent.each(fixtures)('$name: IR at all levels, object code ($build)', async ({ file, build }) => {
    const text = decodeBytes(readFileSync(file))
    const code = cCode(text, await standardOf(file))
    await forEachLevel(async (level) => {
      const expected = await spawnEmit(code, level)
      expect(expected.kind).toBe('ok')
      // Includes that the text begins with are precompiled the first time, and come so the second.
      expect(await worker.emit(code, level)).toEqual(expected)
      expect(await worker.emit(code, level)).toEqual(expected)
    })

    const object = await spawnObject(text, [...BUILD_FLAGS[build], ...code.flags, '-O0'])
    expect(await worker.object(code, BUILD_FLAGS[build])).toEqual({ kind: 'ok', object })
    expect(await worker.object(code, BUILD_FLAGS[build])).toEqual({ kind: 'ok', object })
  })

  it('took most headers from precompiled ones', () => {
    const { jobs, precompiled } = worker.counts
    expect(precompiled).toBeGreaterThan(jobs / 3)
  })
})

const readFixture = (name: string) => {
  const fixture = fixtures.find((candidate) => candidate.name === name)
  if (!fixture) throw new Error(`no fixture ${name}`)
  return decodeBytes(readFileSync(fixture.file))
}

describe('other ways to compile', () => {
  it.each(LEVELS)('object code of normalised IR of %s', async (level) => {
    const emitted = await worker.emit(cCode(readFixture('dijkstra')), level)
    if (emitted.kind !== 'ok') throw new Error(JSON.stringify(emitted))
    const text = normalizeIr(emitted.stdout)
    const object = await spawnObject(text, ['-Wno-override-module', '-x', 'ir'])
    expect(await worker.object(irCode(text), [])).toEqual({
      kind: 'ok',
      object,
    })
  })

  it('IR with debug information', async () => {
    const code = cCode(readFixture('nested-structs'))
    const expected = await spawnEmit(code, 'O0', ['-g'])
    expect(expected).toMatchObject({ stdout: expect.stringContaining('!DICompositeType') })
    expect(await worker.emit(code, 'O0', { debug: true })).toEqual(expected)
    expect(await worker.emit(code, 'O0', { debug: true })).toEqual(expected)
  })

  it.each([['-fsyntax-only'], ['-E'], ['-E', '-P']])('%s %s', async (...flags) => {
    const args = ['-w', ...flags, '-x', 'c', '-']
    const text = readFixture('dijkstra')
    expect(await worker.run(args, text)).toEqual(await runClang(clang, args, text))
  })

  it('options of LLVM itself last for one job', async () => {
    const code = cCode(readFixture('dijkstra'))
    const pruned = ['-Xclang', '-fsanitize-coverage-trace-pc-guard', '-Xclang', '-fsanitize-coverage-type=3']
    const before = await worker.object(code, pruned)
    const unpruned = await worker.object(code, [...pruned, '-mllvm', '-sanitizer-coverage-prune-blocks=0'])
    expect(unpruned).not.toEqual(before)
    expect(await worker.object(code, pruned)).toEqual(before)
  })
})

describe('the includes that a text begins with', () => {
  const cases = {
    'comments and blank lines between them': [
      '/* a\n b */ # include /**/ <stdio.h> // c\n\n\t#include<assert.h>\nint f(void) { assert(__LINE__); return __LINE__; }',
      true,
    ],
    'the same one twice': [
      '#include <assert.h>\n#include <assert.h>\nint f(void) { assert(0); return 0; }',
      true,
    ],
    'others further down': [
      '#include <stdio.h>\nint g;\n#include <limits.h>\nint f(void) { return INT_MAX; }',
      true,
    ],
    'declarations of their names': [
      '#include <stdlib.h>\nint abs(int x) { return x; }\nstruct div_t { int a; } d;\nint f(void) { return abs(-1); }',
      true,
    ],
    'a counter used behind them': [
      '#include <stdio.h>\nint a = __COUNTER__, b = __COUNTER__;\nint f(void) { return a + b; }',
      true,
    ],
    'a macro before them': [
      '#define NDEBUG\n#include <assert.h>\nint f(int a) { assert(a); return a; }',
      false,
    ],
    'a pragma before them': [
      '#pragma pack(1)\n#include <stdlib.h>\nstruct s { char a; int b; };\nint f(void) { return sizeof(struct s); }',
      false,
    ],
    'a condition around them': [
      '#ifdef X\n#include <limits.h>\n#endif\nint f(void) { return __LINE__; }',
      false,
    ],
    'a spliced line': ['#inc\\\nlude <limits.h>\nint f(void) { return INT_MAX; }', false],
    'a spliced comment': [
      '// \\\n#include <nothing.h>\n#include <limits.h>\nint f(void) { return INT_MAX; }',
      false,
    ],
    'a trigraph': [
      '// ??/\n#include <nothing.h>\n#include <limits.h>\nint f(void) { return INT_MAX; }',
      false,
    ],
    'a header that asks for the sanitizer': [
      '#include <sanitizer/asan_interface.h>\nint f(int *p) { ASAN_POISON_MEMORY_REGION(p, 4); return 0; }',
      false,
    ],
    'a level that it is for': [
      '#include <stdlib.h>\n#ifdef __OPTIMIZE_SIZE__\nint size;\n#endif\nint f(void) { return atoi("1"); }',
      true,
    ],
    'a quoted name': ['#include "limits.h"\nint f(void) { return INT_MAX; }', false],
    'none at all': ['int f(void) { return __LINE__; }', false],
  } as const

  it.each(Object.entries(cases))('%s', async (_, [text, isPrecompiled]) => {
    const code = cCode(text)
    const { precompiled } = worker.counts
    // One header serves levels and sanitizers that it reads the same for.
    for (let time = 0; time < 2; time++) {
      let isValid = true
      await forEachLevel(async (level) => {
        const expected = await spawnEmit(code, level)
        expect(await worker.emit(code, level)).toEqual(expected)
        isValid &&= expected.kind === 'ok'
      })
      for (const build of isValid ? BUILDS : [])
        expect(await worker.object(code, BUILD_FLAGS[build])).toEqual({
          kind: 'ok',
          object: await spawnObject(text, [...BUILD_FLAGS[build], ...code.flags, '-O0']),
        })
    }
    expect(worker.counts.precompiled > precompiled).toBe(isPrecompiled)
  })
})

describe('what clang refuses', () => {
  it.each([
    ['an unknown name behind includes', '#include <stdio.h>\nint f(void) { return nothing; }', 'O0'],
    ['a wrong call of a library function', '#include <string.h>\nint f(void) { return strlen(); }', 'O2'],
    ['a header that is not there', '#include <stdio.h>\n#include <conio.h>\nint f(void) { return 1; }', 'O0'],
    ['a text that is no C', 'print("hello")\n', 'Oz'],
    ['an #error', '#error "no"\n', 'O0'],
    ['more errors than are shown', 'int f(void) { return '.concat('a;'.repeat(50), '}\n'), 'O0'],
  ] as const)('%s: the same message', async (_, text, level) => {
    const { stderr } = rejected(await spawnEmit(cCode(text), level))
    for (let time = 0; time < 3; time++)
      expect(rejected(await worker.emit(cCode(text), level)).stderr).toBe(stderr)
  })

  it('in the short form that the front end alone is asked for', async () => {
    const flags = ['-w', '-fno-caret-diagnostics', '-ferror-limit=1', '-fsyntax-only', '-x', 'c', '-']
    const text = '#include <stdio.h>\nint f(void) { return a + b; }\n'
    const { stderr } = rejected(await runClang(clang, flags, text))
    for (let time = 0; time < 3; time++) expect(rejected(await worker.run(flags, text)).stderr).toBe(stderr)
  })

  it('IR that is none', async () => {
    const result = await worker.object(irCode('define i32 @f('), [])
    expect(rejected(result).stderr).toContain('error: ')
  })
})

function rejected(result: { kind: string }): { stderr: string } {
  if (result.kind !== 'rejected') throw new Error(`not rejected: ${JSON.stringify(result)}`)
  return { stderr: (result as unknown as { stderr: string }).stderr }
}
