/** Both engines say of a text what llvm-as says, by its own words. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { normalizeIr } from '../../src/compile/normalize-ir.ts'
import { compileWorkerFor } from '../../src/execute/choose-compiler.ts'
import type { CodeEngine } from '../../src/execute/code-engine.ts'
import { prepareHarness } from '../../src/execute/harness/harness-objects.ts'
import { openCodeEngine } from '../../src/execute/open-code-engine.ts'
import { DEFAULT_UNIT_LIMITS } from '../../src/execute/unit-limits.ts'
import { malformIr } from '../../src/mutate-ir/malform-ir.ts'
import { assemble } from '../../src/toolchain/assemble.ts'
import { locateTools } from '../../src/toolchain/locate-tools.ts'
import { cCode } from '../fixtures/c-code.ts'

const { clang, llvmAs } = locateTools()
const body = (lines: string) => `define i32 @f(i32 %a) {\nentry:\n${lines}\n}\n`

const TEXTS: readonly (readonly [string, string])[] = [
  ['a valid module', body('  ret i32 %a')],
  ['nothing', ''],
  ['prose', 'I cannot compile this.'],
  ['an undefined value', body('  ret i32 %b')],
  ['another type', body('  ret i64 %a')],
  ['an entry that is jumped to', 'define void @f() {\nentry:\n  br label %entry\n}\n'],
  [
    'a value that does not dominate its use',
    body('  br i1 true, label %a1, label %b1\na1:\n  %x = add i32 %a, 1\n  br label %b1\nb1:\n  ret i32 %x'),
  ],
  ['two faults', body('  %x = add i32 %x, 1\n  %y = phi i32 [ 1, %entry ]\n  ret i32 %x')],
  [
    'an unknown intrinsic',
    `declare i32 @llvm.no.such(i32)\n${body('  %x = call i32 @llvm.no.such(i32 %a)\n  ret i32 %x')}`,
  ],
  ['a wrong signature of an intrinsic', 'declare i32 @llvm.smax.i32(i32)\n'],
  ['a data layout that is none', 'target datalayout = "what"\n'],
  ['another machine', `target triple = "aarch64-linux-gnu"\n${body('  ret i32 %a')}`],
  ['debug information that is broken', 'define void @f() !dbg !0 {\n  ret void\n}\n!0 = !{}\n'],
  ['a summary', `${body('  ret i32 %a')}^0 = module: (path: "a", hash: (0, 0, 0, 0, 0))\n`],
  ['a zero inside', `${body('  ret i32 %a')}\0`],
  ['a zero in a name', 'define i32 @"f\0"(i32 %a) {\n  ret i32 %a\n}\n'],
  ['other letters', `; größe → 値\n${body('  ret i32 %größe')}`],
  ['assembly of the module', `module asm "this is none"\n${body('  ret i32 %a')}`],
  ['attributes that do not go together', 'define i32 @f(i32 zeroext signext %a) {\n  ret i32 %a\n}\n'],
  ['an old way of writing pointers', 'define i32 @f(i32* %a) {\n  %x = load i32, i32* %a\n  ret i32 %x\n}\n'],
  [
    'a module flag twice',
    '!llvm.module.flags = !{!0, !1}\n!0 = !{i32 1, !"a", i32 1}\n!1 = !{i32 1, !"a", i32 2}\n',
  ],
]

describe.each(['worker', 'spawn'] as const)('the %s engine', (compiler) => {
  let engine: CodeEngine
  beforeAll(async () => {
    const harness = await prepareHarness(clang)
    const compileWorker = compileWorkerFor(compiler)
    engine = await openCodeEngine({ clang, llvmAs, compileWorker, harness, limits: DEFAULT_UNIT_LIMITS })
  })
  afterAll(() => engine.close())

  it.each(TEXTS)('says of %s what llvm-as says', async (_, text) => {
    const said = await assemble(llvmAs, text)
    expect(said.kind).not.toBe('failed')
    expect(await engine.assemble(text)).toEqual(said)
  })

  it('gives malformed texts the messages of llvm-as', async () => {
    const source = cCode(
      'int f(int *a, int n) { int s = 0; for (int i = 0; i < n; i++) s += a[i] * i; return s; }',
    )
    const emitted = await engine.emitIr(source, 'O1')
    if (emitted.kind !== 'ok') throw new Error(JSON.stringify(emitted))
    const malformed = await malformIr(engine.assemble, normalizeIr(emitted.stdout), { count: 40, seed: 1 })
    expect(malformed.length).toBeGreaterThan(20)
    for (const { text, message } of malformed)
      expect(await assemble(llvmAs, text)).toEqual({ kind: 'refused', message })
  })

  it('does not know where the assembler breaks, and goes on', async () => {
    const nested = `@g = global i32 ${'add (i32 1, i32 '.repeat(200_000)}1${')'.repeat(200_000)}\n`
    const both = [engine.assemble(nested), engine.assemble(body('  ret i32 %a'))]
    expect(await Promise.all(both)).toEqual([expect.objectContaining({ kind: 'failed' }), { kind: 'ok' }])
  })
})
