import { describe, expect, it } from 'vitest'
import { type Difficulty, makeFunction } from '../../bench/small-compilers/make-function.ts'
import { cSource } from '../../src/languages/c/c-source.ts'
import { locateTools } from '../../src/toolchain/locate-tools.ts'
import { runClang } from '../../src/toolchain/run-clang.ts'

const ofDifficulty = (difficulty: Difficulty) =>
  Array.from({ length: 24 }, (_, seed) => makeFunction(String(seed), difficulty))

describe.each(['full', 'plain'] as const)('small functions, %s', (difficulty) => {
  const functions = ofDifficulty(difficulty)

  it('are the same for the same seed, and others for others', () => {
    expect(makeFunction('7', difficulty)).toBe(makeFunction('7', difficulty))
    expect(new Set(functions).size).toBe(functions.length)
  })

  it('have 3 to 12 lines', () => {
    for (const text of functions) {
      const lines = text.trimEnd().split('\n').length
      expect(lines, text).toBeGreaterThanOrEqual(3)
      expect(lines, text).toBeLessThanOrEqual(12)
    }
  })

  it('are C that clang has nothing to say against', async () => {
    const flags = [...cSource.compileFlags('gnu17').filter((flag) => flag !== '-w'), '-Wall', '-Werror']
    // A comparison may hold always, and a variable may be set for nothing.
    const allowed = ['-Wno-tautological-compare', '-Wno-unused', '-Wno-tautological-constant-compare']
    for (const text of functions) {
      const result = await runClang(locateTools().clang, [...flags, ...allowed, '-fsyntax-only', '-'], text)
      expect(result, text).toMatchObject({ kind: 'ok' })
    }
  })
})

it('makes of plain functions one or two lines of unsigned arithmetic', () => {
  for (const text of ofDifficulty('plain')) {
    expect(text).toMatch(
      /^unsigned \w+\(unsigned \w(, unsigned \w)?\) \{\n( {4}unsigned \w = [^\n;]+;\n)? {4}return [^\n;]+;\n\}\n$/,
    )
    expect(text).not.toContain('?')
  }
})
