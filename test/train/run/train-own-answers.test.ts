/** Runs whose groups are joined by what the model itself answers. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { OwnAnswer } from '../../../src/records/own-answer.ts'
import { readOwnAnswers } from '../../../src/store/own-answers.ts'
import { openTrainingRows } from '../../../src/store/training-rows.ts'
import type { TrainConfig } from '../../../src/train/config/train-config.ts'
import type { OpenCompiling } from '../../../src/train/policy/compiling.ts'
import { train } from '../../../src/train/run/train.ts'
import { makeCompileWorld } from '../policy/compile-world.ts'
import { openBigramEngine } from '../tensor-engine/bigram-engine.ts'
import { openWritingEngine } from '../tensor-engine/writing-engine.ts'
import { killInStep } from './kill-in-step.ts'
import { openScriptedCompiling, scriptedCompiling } from './scripted-compiling.ts'
import { openScriptedJudging } from './scripted-judging.ts'
import { readMetrics, readWeights, tinyConfig } from './tiny-run.ts'
import { makeTranslationWorld, translationConfig, withoutTimes } from './translation-world.ts'

const world = await makeTranslationWorld()
const onPolicy = { samples: 3, maxNewTokens: 8 }
const named = (name: string, given: Record<string, unknown> = {}) =>
  tinyConfig(world, {
    out: join(world.folder, name),
    optimizer: { learningRate: 0.2 },
    ...given,
    onPolicy: { ...onPolicy, ...(given.onPolicy as object) },
  })
const oorl = (name: string, given: Record<string, unknown> = {}) =>
  translationConfig(world, {
    method: 'oorl',
    out: join(world.folder, name),
    data: { groups: world.database },
    batch: { groups: 3 },
    oorl: { preferenceWeight: 0.3 },
    onPolicy: { ...onPolicy, every: 2 },
    ...given,
  })
const run = (
  config: TrainConfig,
  {
    signal,
    engine = openBigramEngine(),
    openCompiling = openScriptedCompiling,
    report = () => {},
  }: Partial<Parameters<typeof train>[1]> = {},
) =>
  train(config, {
    engine,
    openCompiling,
    openJudging: openScriptedJudging,
    report,
    ...(signal && { signal }),
  })
const keptIn = ({ out }: TrainConfig): OwnAnswer[] => {
  const reader = readOwnAnswers(join(out, 'on-policy.db'))
  const answers = [...reader.answers()]
  reader.close()
  return answers
}

interface StepLine {
  readonly groups: number
  readonly tokens: number
  readonly onPolicy: {
    readonly winners: number
    readonly losers: number
    readonly drawn?: { answers: number; kept: number; outcomes: Record<string, number> }
  }
}
const steps = ({ out }: TrainConfig) =>
  readMetrics(out).filter(({ kind }) => kind === 'train') as unknown as StepLine[]

describe('groups with answers of the model', () => {
  it('keep each answer once, with its verdict and its proof', async () => {
    const config = named('kept', { epochs: 1 })
    await run(config)
    const kept = keptIn(config)
    expect(new Set(kept.map(({ role }) => role))).toEqual(new Set(['winner', 'loser']))
    expect(new Set(kept.map(({ group, answer }) => `${group} ${answer}`)).size).toBe(kept.length)
    for (const { verdict, role, answer, prompt } of kept) {
      expect(role).toBe(verdict.kind === 'equal' ? 'winner' : 'loser')
      expect(verdict.kind === 'equal').toBe(/^[a-z]/.test(answer))
      if (verdict.kind === 'differs') expect(verdict.witness.answer.stdout).toBe(answer)
      expect(prompt).toContain('int main(void)')
    }
    const lines = steps(config)
    const drawn = lines.reduce((sum, { onPolicy: own }) => sum + own.drawn!.answers, 0)
    expect(drawn).toBe(24 * 3)
    expect(lines.reduce((sum, { onPolicy: own }) => sum + own.drawn!.kept, 0)).toBe(kept.length)
    const [first] = lines
    const own = kept.filter(({ step }) => step === 0)
    expect(first!.onPolicy.winners).toBe(own.filter(({ role }) => role === 'winner').length)
    expect(first!.onPolicy.losers).toBe(own.filter(({ role }) => role === 'loser').length)
  })

  it('make the right ones likelier: the model learns what the judge calls equal', async () => {
    const config = named('learns', { epochs: 12, gepo: { lambda: 0, winnerLikelihood: 1 } })
    await run(config)
    const share = (lines: readonly StepLine[]) => {
      const sums = { equal: 0, answers: 0 }
      for (const { onPolicy: own } of lines) {
        sums.equal += own.drawn!.outcomes.equal ?? 0
        sums.answers += own.drawn!.answers
      }
      return sums.equal / sums.answers
    }
    const lines = steps(config)
    expect(share(lines.slice(-12))).toBeGreaterThan(share(lines.slice(0, 6)) + 0.1)
  })

  it('have no more of them than they may, the newest, and the old ones where none are drawn', async () => {
    const config = named('bounded', { epochs: 4, onPolicy: { most: 2, every: 6 } })
    await run(config)
    const lines = steps(config)
    expect(lines.map(({ onPolicy: own }) => own.drawn !== undefined)).toEqual(
      lines.map((_, step) => step % 6 === 0),
    )
    for (const { groups, onPolicy: own } of lines)
      expect(own.winners + own.losers).toBeLessThanOrEqual(2 * groups)
    expect(Math.max(...lines.slice(1, 6).map(({ onPolicy: own }) => own.losers + own.winners))).toBe(0)
    // Groups come again in another order, and those that were drawn for have theirs.
    expect(lines.some(({ onPolicy: own }) => own.drawn === undefined && own.losers + own.winners > 0)).toBe(
      true,
    )
  })

  it('leave out what is undefined, crashes or never ends, but keep it', async () => {
    const kinds = ['undefined', 'timeout', 'crash'] as const
    const odd = (_: unknown, text: string) =>
      ({ kind: kinds[text.length % 3]!, report: '', detail: '', inputIndex: 0 }) as const
    const without = named('odd', { maxSteps: 2 })
    await run(without, { openCompiling: scriptedCompiling(odd) })
    expect(steps(without).map(({ onPolicy: { winners, losers } }) => [winners, losers])).toEqual([
      [0, 0],
      [0, 0],
    ])
    expect(new Set(keptIn(without).map(({ role }) => role))).toEqual(new Set(['none']))
    const asked = named('odd-asked', { maxSteps: 2, onPolicy: { losers: ['crash'] } })
    await run(asked, { openCompiling: scriptedCompiling(odd) })
    const losers = keptIn(asked).filter(({ role }) => role === 'loser')
    expect(losers.length).toBeGreaterThan(0)
    expect(new Set(losers.map(({ verdict }) => verdict.kind))).toEqual(new Set(['crash']))
  })

  it('say nothing of what nobody could judge', async () => {
    const config = named('unjudged', { maxSteps: 1 })
    let asked = 0
    const unjudged = { kind: 'unjudged', reason: 'no sandbox' } as const
    const halfAble = scriptedCompiling(() =>
      asked++ % 3 === 0 ? unjudged : { kind: 'equal', inputs: 1, searched: 0 },
    )
    await run(config, { openCompiling: halfAble })
    const { drawn } = steps(config)[0]!.onPolicy
    expect(drawn!.outcomes.unjudged).toBeGreaterThan(0)
    expect(keptIn(config).filter(({ role }) => role !== 'winner')).toEqual([])
    expect(keptIn(config).length).toBeLessThanOrEqual(drawn!.outcomes.equal!)

    const unable: OpenCompiling = scriptedCompiling(() => unjudged)
    const engine = openWritingEngine(() => 'define')
    await expect(run(named('unable', { maxSteps: 1 }), { openCompiling: unable, engine })).rejects.toThrow(
      "12 of 12 of the model's own answers could not be judged (no sandbox); mend that, or leave onPolicy out.",
    )
  })

  it('do not take a member for a new one', async () => {
    const rows = openTrainingRows(world.database)
    const winnerOf = (prompt: string) =>
      rows
        .groupIds('train')
        .concat(rows.groupIds('validation'))
        .map((id) => rows.group(id))
        .find(({ code }) => prompt.startsWith(code.trimEnd()))!.winners[0]!.ir
    const config = named('member', { maxSteps: 1 })
    await run(config, {
      engine: openWritingEngine(winnerOf),
      openCompiling: scriptedCompiling(() => ({ kind: 'equal', inputs: 1, searched: 0 })),
    })
    rows.close()
    expect(keptIn(config)).toHaveLength(4)
    expect(steps(config)[0]!.onPolicy).toMatchObject({ winners: 0, losers: 0, drawn: { kept: 4 } })
  })

  it('are taken for a level each where the prompt names one', async () => {
    const config = named('levels', { prompt: { template: '; {{ level }}\n{{ code }}' }, maxSteps: 2 })
    await run(config)
    expect(new Set(keptIn(config).map(({ level }) => level))).toEqual(new Set(['O0']))
  })

  it('begin at the reference: an answer has its log-ratio of 0 in the step that it is drawn in', async () => {
    const config = named('reference', { maxSteps: 1 })
    await run(config)
    const [step] = readMetrics(config.out).filter(({ kind }) => kind === 'train')
    expect(Number(step!.loss)).toBeCloseTo(Math.LN2, 6)
    expect(Math.abs(Number(step!.margin))).toBeLessThan(1e-6)
  })
})

describe.each([
  ['gepo', (name: string) => named(name, { epochs: 2, onPolicy: { every: 2, most: 3 } }), [4, 9]],
  ['oorl', (name: string) => oorl(name, { epochs: 2 }), [2, 5]],
] as const)('a run of %s that is interrupted', (kind, configOf, kills) => {
  const expected = configOf(`whole ${kind}`)
  let weights: string
  beforeAll(async () => {
    weights = readWeights((await run(expected)).modelFolder!)
  })

  it.each(kills)(
    'by kill -9 in step %i ends with the very same weights, figures and answers',
    async (step) => {
      const config = configOf(`killed ${kind} ${step}`)
      await killInStep('bigram', config, step)
      // The step that it died in had drawn its answers already.
      expect(Math.max(...keptIn(config).map((answer) => answer.step))).toBeGreaterThanOrEqual(step - 2)
      const { modelFolder } = await run(config)
      expect(readWeights(modelFolder!)).toBe(weights)
      expect(withoutTimes(readMetrics(config.out))).toEqual(withoutTimes(readMetrics(expected.out)))
      expect(keptIn(config)).toEqual(keptIn(expected))
    },
  )

  it('by a signal while its own answers are judged goes on likewise', async () => {
    const config = configOf(`stopped ${kind}`)
    const controller = new AbortController()
    let done = 0
    const stopped = await run(config, {
      signal: controller.signal,
      report: (event) => {
        if (event.kind === 'step') done = event.step
        if (event.kind === 'phase' && event.phase === 'answers' && done === 2) controller.abort()
      },
    })
    expect(stopped.kind).toBe('interrupted')
    const { modelFolder } = await run(config)
    expect(readWeights(modelFolder!)).toBe(weights)
    expect(keptIn(config)).toEqual(keptIn(expected))
  })
})

describe('what cannot be is refused with the remedy', () => {
  it('groups without evidence', async () => {
    const file = join(world.folder, 'pairs.jsonl')
    const line = JSON.stringify({ prompt: 'int x;', chosen: 'a', rejected: 'b' })
    writeFileSync(file, `${line}\n`)
    await expect(run(named('elsewhere', { data: { groups: file } }))).rejects.toThrow(
      /comes without inputs, so that no answer can be judged; name a database/,
    )
  })

  it('a run whose answers are gone', async () => {
    const config = named('gone', { maxSteps: 2 })
    await run(config)
    rmSync(join(config.out, 'on-policy.db'))
    await expect(run(config)).rejects.toThrow(/on-policy\.db is missing; restore it/)
  })
})

describe('judged for real', () => {
  it('right answers and mistakes join the groups of their prompts', async () => {
    const real = await makeCompileWorld(() => 'train')
    const config = tinyConfig(
      { ...real, database: real.database },
      {
        out: join(real.folder, 'run'),
        batch: { groups: 3 },
        maxSteps: 1,
        length: { maxTokens: 2000 },
        onPolicy: { samples: 2, maxNewTokens: 700 },
        judge: { jobs: 1 },
      },
    )
    const engine = openWritingEngine((prompt, { seed }) => {
      const [name, { group }] = Object.entries(real.groups).find(([one]) => prompt.includes(one))!
      const wrong = group.losers.find((loser) => loser.class === 'ast')!.ir
      const right = group.winners[0]!.ir.replace('{', '{ ; as it was')
      return seed % 2 === 0 || name === 'twice' ? right : wrong.replace('{', '{ ; an own mistake')
    })
    await train(config, { engine, report: () => {} })
    const kept = keptIn(config)
    expect(kept.length).toBeGreaterThanOrEqual(3)
    for (const { role, verdict, answer, unit } of kept) {
      expect([unit.name, role, verdict.kind]).toEqual([
        unit.name,
        ...(answer.includes('as it was') ? ['winner', 'equal'] : ['loser', 'differs']),
      ])
      if (verdict.kind === 'differs') expect(verdict.witness.original).not.toEqual(verdict.witness.answer)
    }
    expect(kept.some(({ unit, role }) => unit.name === 'twice' && role === 'winner')).toBe(true)
  })
})
