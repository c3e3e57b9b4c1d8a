import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emitArguments } from '../../src/compile/code.ts'
import { normalizeIr } from '../../src/compile/normalize-ir.ts'
import { findCompileWorker } from '../../src/compile/worker/find-compile-worker.ts'
import { type OpenClangRunner, openClangRunner } from '../../src/compile/worker/open-clang-runner.ts'
import { mutateIr } from '../../src/mutate-ir/mutate-ir.ts'
import { irOperators } from '../../src/mutate-ir/operators.ts'
import { readIr } from '../../src/mutate-ir/read-ir.ts'
import { LEVELS } from '../../src/records/level.ts'
import { assemble } from '../../src/toolchain/assemble.ts'
import { locateTools } from '../../src/toolchain/locate-tools.ts'
import { cCode } from '../fixtures/c-code.ts'
import { standardOf } from '../fixtures/compile-fixture.ts'
import { listFixtures } from '../fixtures/list-fixtures.ts'
import { functionOf } from './changes-of.ts'

const ALL = { count: Number.POSITIVE_INFINITY, seed: 1 }

describe('mutateIr', () => {
  const ir = functionOf(
    '%0 = load i32, ptr %p, align 4\n%1 = sub nsw i32 %0, %a\n%2 = mul nsw i32 %1, %1\nstore i32 %2, ptr %p, align 4',
  )

  test('gives the whole module after the edit, its values numbered again', () => {
    const mutant = mutateIr(ir, ALL).find(
      ({ operator, original }) => operator === 'IR-DEL' && /sub/.test(original),
    )!
    expect(mutant).toMatchObject({ function: '@f', line: 7, replacement: '', uses: '%0' })
    expect(ir.slice(mutant.start, mutant.end)).toBe('%1 = sub nsw i32 %0, %a')
    expect(mutant.text).toBe(
      ir
        .replace('  %1 = sub nsw i32 %0, %a\n', '')
        .replace('%2 = mul nsw i32 %1, %1', '%1 = mul nsw i32 %0, %0')
        .replace('i32 %2,', 'i32 %1,'),
    )
  })

  test('gives the same for the same seed, others first for another, and no text twice', () => {
    const some = (seed: number) => mutateIr(ir, { count: 5, seed }).map(({ id }) => id)
    expect(some(1)).toHaveLength(5)
    expect(some(1)).toEqual(some(1))
    expect(some(1)).not.toEqual(some(2))
    const texts = mutateIr(ir, ALL).map(({ text }) => text)
    expect(new Set([...texts, ir]).size).toBe(texts.length + 1)
  })

  test('names each edit by its content', () => {
    const all = mutateIr(ir, ALL)
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
    const elsewhere = new Set(mutateIr(`${ir}\n@g = global i32 0\n`, ALL).map(({ id }) => id))
    expect(all.filter(({ id }) => elsewhere.has(id))).toEqual([])
  })

  test('leaves what cannot be reached, and what it does not understand', () => {
    const dead = functionOf('ret void\ndead:\n%r = sub i32 %a, %b\nstore i32 %r, ptr %p, align 4\nret void')
    expect(mutateIr(dead, ALL)).toEqual([])
    expect(mutateIr(functionOf('call void asm sideeffect "nop", ""()'), ALL)).toEqual([])
  })

  test('edits no flag alone', () => {
    const flags = / (?:nuw|nsw|exact|disjoint|nneg|inbounds)\b/g
    const shorn = mutateIr(ir, ALL).map(({ original, replacement }) => [
      original.replaceAll(flags, ''),
      replacement.replaceAll(flags, ''),
    ])
    for (const [original, replacement] of shorn) expect(replacement).not.toBe(original)
  })
})

describe('on every fixture at every level', () => {
  let clang: OpenClangRunner
  const modules: { readonly name: string; readonly ir: string }[] = []

  beforeAll(async () => {
    const { clang: path } = locateTools()
    clang = await openClangRunner({ clang: path, compileWorker: findCompileWorker(process.env) })
    for (const { name, file } of [...listFixtures('programs'), ...listFixtures('functions')]) {
      const code = cCode(readFileSync(file, 'utf8'), await standardOf(file))
      for (const level of LEVELS) {
        const emitted = await clang.run(emitArguments(code, level), code.text)
        if (emitted.kind !== 'ok') throw new Error(`${name}: ${JSON.stringify(emitted)}`)
        modules.push({ name: `${name} at ${level}`, ir: normalizeIr(emitted.stdout) })
      }
    }
  })
  afterAll(() => clang.close())

  test('all functions and all but a few instructions are read', () => {
    const read = modules.flatMap(({ ir }) => {
      const { lines, functions } = readIr(ir)
      expect(functions).toHaveLength(lines.filter((line) => line.startsWith('define ')).length)
      return functions.flatMap(({ blocks }) => blocks.flatMap(({ instructions }) => instructions))
    })
    const others = read.filter(({ isUnderstood }) => !isUnderstood).map(({ opcode }) => opcode)
    expect(new Set(others)).toEqual(new Set(['extractvalue', 'insertvalue']))
    expect(others.length / read.length).toBeLessThan(0.001)
  })

  test('llvm-as takes at least 19 of 20 mutants of each operator', async () => {
    const { llvmAs } = locateTools()
    // Steps that all levels fall on.
    const sample = modules.filter((_, index) => index % 25 === 0)
    const tried = sample.flatMap(({ name, ir }, seed) =>
      irOperators
        .flatMap((operator) => mutateIr(ir, { count: 2, seed }, [operator]))
        .map((mutant) => ({ name, ...mutant })),
    )
    const refused: string[] = []
    for (const { name, operator, original, replacement, text } of tried) {
      const assembled = await assemble(llvmAs, text)
      if (assembled.kind !== 'ok') refused.push(`${name}: ${operator} ${original} -> ${replacement}`)
    }
    expect(new Set(tried.map(({ operator }) => operator))).toEqual(
      new Set(irOperators.map(({ name }) => name)),
    )
    expect(tried.length).toBeGreaterThan(300)
    expect(refused.slice(tried.length / 20)).toEqual([])
  })
})
