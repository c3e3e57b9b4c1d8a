/** `gepo eval --compile`, judged for real: what a scripted model writes is assembled and run beside the C. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { makeCompileWorld } from '../../train/policy/compile-world.ts'
import { openWritingEngine } from '../../train/tensor-engine/writing-engine.ts'
import { run } from '../captured-context.ts'

const world = await makeCompileWorld(() => 'test')
const configFile = (name: string, given: Record<string, unknown> = {}) => {
  const file = join(world.folder, `${name}.yaml`)
  const config = {
    method: 'gepo',
    model: world.model,
    out: join(world.folder, name),
    data: { groups: world.database },
    length: { maxTokens: 2000 },
    engine: { numberType: 'float64' },
    ...given,
  }
  writeFileSync(file, stringify(config))
  return file
}
const winner = (name: string) => world.groups[name]!.group.winners[0]!.ir
const loser = (name: string, loserClass: string) =>
  world.groups[name]!.group.losers.find((one) => one.class === loserClass)!.ir
const nameIn = (prompt: string) => Object.keys(world.groups).find((name) => prompt.includes(name))!
const writing = (...script: Parameters<typeof openWritingEngine>) => ({
  loadTensorEngine: async () => openWritingEngine(...script),
})

/** The likeliest answer is right for one of three; of those drawn, half are. */
const engine = writing((prompt, { isGreedy, seed }) => {
  const name = nameIn(prompt)
  if (!isGreedy) return seed % 2 === 0 ? winner(name) : loser(name, 'ast')
  if (name === 'twice') return winner(name)
  return name === 'third' ? loser(name, 'malformed') : loser(name, 'ast')
})

describe('gepo eval --compile', () => {
  it('gives the share of units whose IR is equal, and why the others are not', async () => {
    const out = join(world.folder, 'answers.jsonl')
    const file = configFile('shares')
    const { exit, stdout, stderr } = await run(['eval', file, '--compile', '--out', out, '--json'], engine)
    expect(exit, stderr).toBe(0)
    const { greedy, drawn, split } = JSON.parse(stdout)
    expect({ split, drawn }).toEqual({ split: 'test', drawn: undefined })
    expect(greedy).toMatchObject({ answers: 3, tasks: 3, unjudged: 0, byLevel: {} })
    expect(greedy.equalRate).toBeCloseTo(1 / 3, 12)
    expect(greedy.shares.differs).toBeCloseTo(1 / 3, 12)
    expect(greedy.shares.malformed).toBeCloseTo(1 / 3, 12)
    expect(greedy.passAt[1]).toMatchObject({ method: 'wilson', value: greedy.equalRate })
    // Two of the functions are of one file, and count as one: three alone would have an interval of 0.73.
    expect(greedy.passAt[1].high - greedy.passAt[1].low).toBeCloseTo(0.795, 2)
    expect(Object.keys(greedy.byKind)).toEqual(['function'])
    expect(greedy.byLines['1-2']).toMatchObject({ answers: 2, shares: { equal: 0.5 } })

    const lines = readFileSync(out, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map(({ name, how, verdict }) => [name, how, verdict.kind]).sort()).toEqual([
      ['less', 'greedy', 'differs'],
      ['third', 'greedy', 'malformed'],
      ['twice', 'greedy', 'equal'],
    ])
    const wrong = lines.find(({ name }) => name === 'less')
    expect(wrong).toMatchObject({ answer: loser('less', 'ast'), group: world.groups.less!.group.id })
    expect(wrong.verdict.witness.original).not.toEqual(wrong.verdict.witness.answer)
  })

  it('draws answers besides where it is asked to, and gives pass@k of them', async () => {
    const file = configFile('drawn')
    const argv = ['eval', file, '--compile', '--samples', '4', '--k', '1,2,4', '--seed', '3', '--json']
    const { greedy, drawn } = JSON.parse((await run(argv, engine)).stdout)
    expect(greedy.answers).toBe(3)
    expect(drawn).toMatchObject({ answers: 12, tasks: 3 })
    expect(drawn.shares.equal + drawn.shares.differs).toBeCloseTo(1, 12)
    const [one, two, four] = [1, 2, 4].map((k) => drawn.passAt[k].value)
    expect(one).toBeCloseTo(drawn.equalRate, 12)
    expect(one).toBeLessThan(two)
    expect(two).toBeLessThanOrEqual(four)
    expect(JSON.parse((await run(argv, engine)).stdout).drawn).toEqual(drawn)
  })

  it('asks for each level where the prompt names one', async () => {
    const asked: string[] = []
    const file = configFile('levels', { prompt: { template: '; {{ level }}\n{{ code }}' } })
    const { exit, stdout, stderr } = await run(
      ['eval', file, '--compile', '--levels', 'O2,O0', '--groups', '2'],
      writing((prompt) => {
        asked.push(prompt.slice(0, 4))
        return prompt.startsWith('; O0') ? winner(nameIn(prompt)) : undefined
      }),
    )
    expect(exit, stderr).toBe(0)
    expect(asked.sort()).toEqual(['; O0', '; O0', '; O2', '; O2'])
    expect(stdout).toMatch(/^level O0 +2 +100\.00 /m)
    expect(stdout).toMatch(/^level O2 +2 +0\.00 /m)
    expect(stdout).toMatch(/^likeliest answer +answers +pass@1 +interval +equal .* truncated$/m)
  })

  it('takes a model that learned from pairs of texts, and groups of another place', async () => {
    const pairs = join(world.folder, 'pairs.jsonl')
    writeFileSync(pairs, '{"prompt": "a", "response": "b"}\n')
    const { data: _, ...given } = { data: undefined, method: 'sft', pairs: { file: pairs } }
    const file = join(world.folder, 'pairs.yaml')
    writeFileSync(file, stringify({ ...given, model: world.model, out: join(world.folder, 'paired') }))
    const without = await run(['eval', file, '--compile'], engine)
    expect(without).toMatchObject({ exit: 2 })
    expect(without.stderr).toContain('name a database as evaluation.compile.groups')
    const { exit, stdout } = await run(['eval', file, '--compile', '--database', world.database], engine)
    expect(exit).toBe(0)
    expect(stdout).toMatch(/^all +3 +33\.33 /m)
  })

  it('counts what cannot be judged apart, and ends with 3', async () => {
    const { openStore } = await import('../../../src/store/store.ts')
    const broken = join(world.folder, 'broken.db')
    writeFileSync(broken, readFileSync(world.database))
    // A group whose unit does not do here what it says: nobody is judged by it.
    const { default: Database } = await import('better-sqlite3')
    const db = new Database(broken)
    db.exec('UPDATE executions SET exit = 77 WHERE loser = -1')
    db.close()
    openStore(broken, { readonly: true }).close()
    const { exit, stdout } = await run(
      ['eval', configFile('broken'), '--compile', '--database', broken, '--json'],
      engine,
    )
    expect(exit).toBe(3)
    expect(JSON.parse(stdout).greedy).toMatchObject({ answers: 0, unjudged: 3, equalRate: 0, passAt: {} })
  })

  it.each([
    [['--levels', 'O0'], 'The prompt asks for no level, so that none can be chosen'],
    [['--levels', 'O9'], '--levels O9 must be of O0, O1'],
    [['--k', '2'], '--k is for answers that are drawn; give --samples'],
    [['--samples', '2', '--k', '4'], '--k 4 asks for more answers than --samples 2 draws'],
    [['--samples', '2', '--temperature', '0'], 'give --temperature above 0'],
    [['--split', 'validation'], 'has no group of split validation that can be asked; name another split'],
    [['--max-tokens', '1990'], 'that can be asked (overlong-prompt 3)'],
    [['--out', '/nowhere/at/all.jsonl'], 'The folder of /nowhere/at/all.jsonl does not exist'],
    [['--benchmark', 'multipl-e'], 'are two things to evaluate'],
  ])('%j is refused with a sentence', async (flags, sentence) => {
    const file = configFile('refused')
    const { exit, stderr } = await run(['eval', file, '--compile', ...flags], engine)
    expect(stderr).toContain(sentence)
    expect(exit).toBe(2)
  })

  it('takes its flags for a mistake without it', async () => {
    const { exit, stderr } = await run(['eval', configFile('alone'), '--levels', 'O0'], engine)
    expect({ exit, said: stderr.includes('--levels is for --compile') }).toEqual({ exit: 2, said: true })
    expect(existsSync(join(world.folder, 'alone'))).toBe(false)
  })
})
