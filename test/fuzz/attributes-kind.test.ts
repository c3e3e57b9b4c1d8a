import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runChecked } from '../../fuzz/attributes-kind.ts'
import { buildInto } from '../../fuzz/build-and-verify.ts'
import { sprinkleAttributes } from '../../fuzz/sprinkle-attributes.ts'
import { createRandom } from '../../src/base/random.ts'
import type { CodeEngine } from '../../src/execute/code-engine.ts'
import type { StoredGroup } from '../../src/records/group-record.ts'
import { openStore } from '../../src/store/store.ts'
import { openDefaultTestEngine } from '../execute/open-test-engine.ts'
import { listFixtures } from '../fixtures/list-fixtures.ts'
import { scratchFolder } from '../scratch-folder.ts'

describe('sprinkled promises', () => {
  const texts = listFixtures('functions').map(({ file }) => readFileSync(file, 'utf8'))
  const sprinkled = (text: string, seed: number) => sprinkleAttributes(text, createRandom(seed))

  it('are the same for the same seed', () => {
    for (const text of texts) expect(sprinkled(text, 1).text).toBe(sprinkled(text, 1).text)
  })

  it('reach most files, and are of many kinds', () => {
    const all = texts.flatMap((text) => [1, 2, 3, 4, 5, 6].map((seed) => sprinkled(text, seed)))
    expect(all.filter(({ added }) => added.length > 0).length).toBeGreaterThan(all.length / 2)
    const kinds = new Set(all.flatMap(({ added }) => added.map((one) => one.split(': ')[1]!.split('(')[0])))
    expect(kinds.size).toBeGreaterThan(20)
  })

  it('become checks in the twin', () => {
    const text = 'int f(const int *p, int n) {\n    return p[n];\n}\n'
    const twins = Array.from({ length: 1000 }, (_, seed) => {
      const { added, text: changed, checked } = sprinkled(text, seed)
      return { added: added.join(), twin: checked(changed).split('\n').slice(3).join('\n') }
    })
    const twinOf = (added: string) => twins.find((one) => one.added === added)?.twin
    expect(twinOf('f: nonnull(1)')).toBe(
      'int f(const int *p, int n) { if (!(p != 0)) __builtin_trap();\n    return p[n];\n}\n',
    )
    expect(twinOf('f: pure')).toBe(text)
  })
})

describe('stored results where promises are checked', () => {
  let engine: CodeEngine
  let stored: StoredGroup
  beforeAll(async () => {
    const folder = scratchFolder()
    const file = join(folder, 'f.c')
    const code = 'int f(int x) {\n    if (x > 40)\n        return x / 2;\n    return x * 3 % 17;\n}\n'
    writeFileSync(file, code)
    const database = join(folder, 'groups.db')
    const signal = new AbortController().signal
    await buildInto(database, [file], { jobs: 1, signal }, { subject: 'unit', classes: { ast: 1 } })
    const store = openStore(database, { readonly: true })
    ;[stored] = [...store.groups()] as [StoredGroup]
    store.close()
    engine = await openDefaultTestEngine()
  })
  afterAll(() => engine?.close())

  it('come out again where all promises hold', async () => {
    const results = await runChecked(engine, stored, (code) => code)
    expect(results).toEqual({ runs: stored.group.inputs.length + stored.group.losers.length, faults: [] })
  })

  it('are faults where a promise does not hold', async () => {
    const trapping = (code: string) => code.replace('{', '{ if (x > 40) __builtin_trap();')
    const { faults } = (await runChecked(engine, stored, trapping))!
    expect(faults.length).toBeGreaterThan(0)
    expect(faults[0]).toMatch(/^group \w{12} of f: the original gives signal where promises are checked$/)
  })

  it('are faults where they are others', async () => {
    const { faults } = (await runChecked(engine, stored, (code) => code.replace('x / 2', 'x / 2 + 1')))!
    expect(faults.join()).toContain('gives another result')
  })
})
