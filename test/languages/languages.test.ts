import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/base/user-error.ts'
import { emitArguments } from '../../src/compile/code.ts'
import {
  languageOf,
  languageOfFile,
  SOURCE_ENDINGS,
  SOURCE_LANGUAGES,
  unitCode,
} from '../../src/languages/languages.ts'
import { runClang } from '../../src/toolchain/run-clang.ts'

const emit = (code: string, standard: string) => {
  const unit = unitCode({ code, standard })
  return runClang('clang-19', emitArguments(unit, 'O0'), unit.text)
}

describe('a language is known', () => {
  it('by each of its standards, which no other language has', () => {
    const standards = SOURCE_LANGUAGES.flatMap((language) => language.standards)
    expect(new Set(standards).size).toBe(standards.length)
    for (const language of SOURCE_LANGUAGES)
      for (const standard of language.standards) expect(languageOf({ standard })).toBe(language)
  })

  it('by the ending of a file, which no other language has', () => {
    const endings = SOURCE_LANGUAGES.flatMap((one) => [...one.endings, ...one.preprocessedEndings])
    expect(new Set(endings).size).toBe(endings.length)
    for (const language of SOURCE_LANGUAGES)
      for (const ending of [...language.endings, ...language.preprocessedEndings])
        expect(languageOfFile(`folder.d/name${ending}`)).toBe(language)
    expect(languageOfFile('module.ll')).toBeUndefined()
    expect(languageOfFile('17')).toBeUndefined()
  })

  it('not by a standard of a later version', () => {
    expect(() => languageOf({ standard: 'gnu40' })).toThrow(UserError)
    expect(() => languageOf({ standard: 'gnu40' })).toThrow('the standard gnu40')
  })
})

describe('C', () => {
  const c = languageOf({ standard: 'gnu17' })

  it('is what files that end in .c hold', () => {
    expect(SOURCE_ENDINGS).toContain('.c')
    expect(languageOfFile('a/b.c')?.title).toBe('C')
    expect(languageOfFile('b.i')?.title).toBe('C')
  })

  it('is compiled as its standard says', async () => {
    const old = 'f(a) { return a + g(); }\n'
    expect((await emit(old, 'gnu89')).kind).toBe('ok')
    expect((await emit(old, 'gnu17')).kind).toBe('rejected')
  })

  it('gets another name for main without a shift of its lines', async () => {
    const renamed = c.renameMain('int main(void) { return 0; }\nint f(void) { return nothing; }\n', 'other')
    const refused = await emit(renamed, 'gnu17')
    expect(refused.kind === 'rejected' && refused.stderr).toContain(':2:')
    const accepted = await emit(c.renameMain('int main(void) { return 0; }\n', 'other'), 'gnu17')
    expect(accepted.kind === 'ok' && accepted.stdout).toMatch(/^define .*@other\(/m)
  })

  it('goes the whole way by what its record offers: units, mutants, one text for them, a call', async () => {
    const text = 'int add(int a, int b) { return a + b; }\nint main(void) { return add(1, 2); }\n'
    const source = { id: '1', dataset: 'folder', split: '', row: 'add.c', license: 'unknown', text }
    const { units } = await c.extractUnits(source, { kinds: ['program', 'function'] })
    expect(units.map(({ name, standard }) => `${name} ${standard}`)).toEqual(['main gnu17', 'add gnu17'])
    const unit = units[1]!
    const parse = await c.loadParser()
    const mutants = c.mutateUnit(unit, parse)
    expect(mutants.map(({ replacement }) => replacement)).toContain('-')
    const combined = c.combineMutants(unit, mutants, parse, 'beside')
    expect(combined.selectors.size).toBe(mutants.length)
    const emitted = await runClang(
      'clang-19',
      emitArguments(unitCode(unit), 'O0', { debug: true }),
      unit.code,
    )
    if (emitted.kind !== 'ok') throw new Error(JSON.stringify(emitted))
    expect(c.findImpurity(emitted.stdout)).toBeUndefined()
    const plan = c.planCall(emitted.stdout, 'add')
    if (plan.kind === 'unsupported') throw new Error(plan.reason)
    const args = [{ i: '3' }, { i: '-4' }]
    expect(c.callLiteral(plan, { kind: 'call', args, blocks: [], globals: {}, stdin: '' })).toBe('add(3, -4)')
  })
})
