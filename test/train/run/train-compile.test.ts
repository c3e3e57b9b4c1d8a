/** Runs whose evaluations have the model write IR. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseTrainConfig } from '../../../src/train/config/load-train-config.ts'
import type { TrainConfig } from '../../../src/train/config/train-config.ts'
import type { OpenCompiling } from '../../../src/train/policy/compiling.ts'
import { readSamples } from '../../../src/train/run/samples-log.ts'
import { train } from '../../../src/train/run/train.ts'
import type { TensorEngine } from '../../../src/train/tensor-engine/tensor-engine.ts'
import { makeCompileWorld } from '../policy/compile-world.ts'
import { openWritingEngine } from '../tensor-engine/writing-engine.ts'
import { openScriptedCompiling, scriptedCompiling } from './scripted-compiling.ts'
import { makeTinyWorld, readMetrics, tinyConfig } from './tiny-run.ts'

const world = makeTinyWorld()
const named = (name: string, given: Record<string, unknown> = {}) =>
  tinyConfig(world, {
    out: join(world.folder, name),
    maxSteps: 3,
    ...given,
    evaluation: { everySteps: 1, compile: { units: 3, maxNewTokens: 8 }, ...(given.evaluation as object) },
  })
const run = (
  config: TrainConfig,
  engine: TensorEngine,
  openCompiling: OpenCompiling = openScriptedCompiling,
) => train(config, { engine, openCompiling, report: () => {} })
const evaluations = (config: TrainConfig) =>
  readMetrics(config.out).filter(({ kind }) => kind === 'evaluation') as {
    step: number
    accuracy?: number
    compile?: { answers: number; equalRate: number; shares: Record<string, number> }
  }[]

/** Right in so many of three answers of its evaluations, one after another. */
const rightIn = (...counts: number[]) => {
  let answers = 0
  return openWritingEngine(() => {
    const [evaluation, place] = [Math.floor(answers / 3), answers++ % 3]
    return place < counts[evaluation]! ? 'right' : '!'
  })
}

describe('evaluations that compile', () => {
  it('have the share of equal IR beside the figures of groups', async () => {
    const config = named('beside')
    const { best, evaluations: summed } = await run(config, rightIn(0, 1, 3, 2))
    const figures = evaluations(config)
    expect(figures.map(({ step, compile }) => [step, compile!.answers, compile!.equalRate * 3])).toEqual([
      [0, 3, 0],
      [1, 3, 1],
      [2, 3, 3],
      [3, 3, 2],
    ])
    expect(figures[1]!.compile!.shares.malformed).toBeCloseTo(2 / 3, 12)
    expect(figures.every(({ accuracy }) => accuracy !== undefined)).toBe(true)
    expect(summed.at(-1)!.compile!.equalRate).toBeCloseTo(2 / 3, 12)
    const samples = readSamples(config.out)
    expect(samples.map(({ step, of, verdict }) => [step, of, verdict?.kind])).toEqual(
      [0, 1, 3, 2].flatMap((right, step) =>
        [0, 1, 2].map((place) => [step, 'compile', place < right ? 'equal' : 'malformed']),
      ),
    )
    // Chosen by accuracy, as ever.
    expect(best!.accuracy).toBe(Math.max(...figures.slice(1).map(({ accuracy }) => accuracy!)))
  })

  it('choose the best checkpoint where they are asked to', async () => {
    const config = named('chosen', { evaluation: { best: 'compile' } })
    expect((await run(config, rightIn(3, 2, 1, 1))).best).toMatchObject({ step: 1, equalRate: 2 / 3 })
  })

  it('go by accuracy where the share is the same', async () => {
    const config = named('same', { evaluation: { best: 'compile' } })
    const { best } = await run(config, rightIn(0, 1, 1, 1))
    expect(best!.accuracy).toBe(
      Math.max(
        ...evaluations(config)
          .slice(1)
          .map(({ accuracy }) => accuracy!),
      ),
    )
  })

  it('choose it where there is nothing else, as for pairs of texts', async () => {
    const pairs = join(world.folder, 'pairs.jsonl')
    writeFileSync(
      pairs,
      Array.from({ length: 12 }, (_, n) => `{"prompt": "${n}", "response": "x"}\n`).join(''),
    )
    const config = parseTrainConfig({
      method: 'sft',
      model: world.model,
      out: join(world.folder, 'paired'),
      pairs: { file: pairs },
      batch: { groups: 4 },
      engine: { numberType: 'float64' },
      evaluation: {
        everySteps: 1,
        compile: { groups: world.database, units: 3, maxNewTokens: 8 },
      },
    })
    expect((await run(config, rightIn(0, 1, 3, 2))).best).toEqual({ step: 2, equalRate: 1 })
  })

  it('count what cannot be judged apart', async () => {
    const config = named('unjudged', { maxSteps: 1 })
    const unable = scriptedCompiling(() => ({ kind: 'unjudged', reason: 'no sandbox' }))
    await run(config, rightIn(3, 3), unable)
    expect(evaluations(config)[0]!.compile).toMatchObject({ answers: 0, unjudged: 3, equalRate: 0 })
    // No share of nothing: it is not what the best is chosen by.
    const chosen = named('unjudged-best', { evaluation: { best: 'compile' }, maxSteps: 1 })
    expect((await run(chosen, rightIn(3, 3), unable)).best).not.toHaveProperty('equalRate')
  })

  it('are refused where they have nothing to go by', async () => {
    expect(() => named('nothing', { evaluation: { best: 'compile', compile: null } })).toThrow(
      /"evaluation.best: compile" .* goes by what "evaluation.compile" gives/,
    )
    await expect(
      run(named('none', { evaluation: { split: 'test', compile: { maxNewTokens: 8190 } } }), rightIn()),
    ).rejects.toThrow(/has no group of split test that can be asked \(overlong-prompt 3\)/)
  })
})

describe('C to compile, judged for real', () => {
  it('earns the reward of IR that is equal', async () => {
    const real = await makeCompileWorld(() => 'train')
    const config = parseTrainConfig({
      method: 'reinforce',
      model: real.model,
      out: join(real.folder, 'reinforced'),
      tasks: { problems: real.database },
      rollout: { tasks: 3, samples: 2, maxNewTokens: 600 },
      length: { maxTokens: 2000 },
      engine: { numberType: 'float64' },
      judge: { jobs: 1 },
    })
    const engine = openWritingEngine((prompt) => {
      const [name, { group }] = Object.entries(real.groups).find(([one]) => prompt.includes(one))!
      return name === 'third' ? group.losers.find((loser) => loser.class === 'ast')!.ir : group.winners[0]!.ir
    })
    await train(config, { engine, report: () => {} })
    const step = readMetrics(config.out).find(({ kind }) => kind === 'train')!
    expect(step.rollout).toMatchObject({ answers: 6, outcomes: { equal: 4, differs: 2 } })
    expect((step.rollout as { reward: number }).reward).toBeCloseTo(4 / 6, 12)
  })
})
