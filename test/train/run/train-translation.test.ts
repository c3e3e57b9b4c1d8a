/** Runs that answer translation tasks: REINFORCE++ alone, and together with groups. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { TranslationTask } from '../../../src/records/translation-task.ts'
import type { Verdict } from '../../../src/records/verdict.ts'
import { openTrainingRows } from '../../../src/store/training-rows.ts'
import type { RolloutConfig } from '../../../src/train/config/train-config.ts'
import type { OpenCompiling } from '../../../src/train/policy/compiling.ts'
import type { OpenJudging } from '../../../src/train/policy/judging.ts'
import type { TrainEvent } from '../../../src/train/run/events.ts'
import { readSamples } from '../../../src/train/run/samples-log.ts'
import { train } from '../../../src/train/run/train.ts'
import { openBigramEngine } from '../tensor-engine/bigram-engine.ts'
import { killInStep } from './kill-in-step.ts'
import { openScriptedCompiling, scriptedCompiling } from './scripted-compiling.ts'
import { openScriptedJudging, scriptedJudging } from './scripted-judging.ts'
import { readMetrics, readWeights } from './tiny-run.ts'
import { makeTranslationWorld, translationConfig, withoutTimes } from './translation-world.ts'

const world = await makeTranslationWorld()

const named = (name: string, given: Record<string, unknown> = {}) =>
  translationConfig(world, { out: join(world.folder, name), ...given })
const oorl = (name: string, given: Record<string, unknown> = {}) =>
  named(name, { method: 'oorl', data: { groups: world.database }, batch: { groups: 4 }, ...given })
const run = (
  config: RolloutConfig,
  {
    signal,
    engine = openBigramEngine(),
    openJudging = openScriptedJudging,
    openCompiling = openScriptedCompiling,
    report = () => {},
  }: {
    signal?: AbortSignal
    engine?: ReturnType<typeof openBigramEngine>
    openJudging?: OpenJudging
    openCompiling?: OpenCompiling
    report?: (event: TrainEvent) => void
  } = {},
) => train(config, { engine, openJudging, openCompiling, report, ...(signal && { signal }) })
const judgedBy =
  (verdictOf: (task: TranslationTask, text: string) => Verdict): OpenJudging =>
  async () =>
    scriptedJudging(verdictOf)

/** Long enough to learn, with hardly a stop on the way. */
const fast = {
  optimizer: { learningRate: 0.5 },
  evaluation: { everySteps: 1000 },
  checkpoints: { everySteps: 1000 },
}

interface StepLine {
  readonly loss: number
  readonly preferenceLoss?: number
  readonly groups: number
  readonly accuracy?: number
  readonly rollout: Record<string, number> & {
    readonly outcomes: Record<string, number>
    readonly byPair: Record<string, { answers: number; passRate: number }>
    readonly seconds: Record<string, number>
  }
}
const steps = (config: RolloutConfig) =>
  readMetrics(config.out).filter(({ kind }) => kind === 'train') as unknown as StepLine[]
const evaluations = (config: RolloutConfig) =>
  readMetrics(config.out).filter(({ kind }) => kind === 'evaluation') as unknown as {
    readonly accuracy?: number
    readonly translation: { readonly answers: number; readonly passRate: number }
  }[]

describe('reinforce', () => {
  it.each([
    ['one answer a task', { tasks: 12, samples: 1 }, 80],
    ['several', { tasks: 4, samples: 4 }, 20],
  ])('makes right answers likelier: %s', async (name, rollout, epochs) => {
    const config = named(name, { rollout, epochs, ...fast })
    await run(config)
    const rates = steps(config).map((line) => line.rollout.passRate!)
    expect(Math.max(...rates.slice(0, 3))).toBeLessThan(0.6)
    expect(Math.min(...rates.slice(-3))).toBeGreaterThan(0.8)
    const [first, last] = [evaluations(config)[0]!, evaluations(config).at(-1)!]
    expect(first.translation).toMatchObject({ answers: 5, passRate: 0 })
    expect(last.translation.passRate).toBe(1)
  })

  it('keeps answers to tasks with what the judge says of them', async () => {
    const config = named('sampled', { maxSteps: 1, evaluation: { samples: 2 } })
    await run(config)
    const samples = readSamples(config.out)
    expect(samples.map(({ step, of }) => [step, of])).toEqual(
      [0, 1].flatMap((step) => [
        [step, 'translation'],
        [step, 'translation'],
      ]),
    )
    expect(samples[0]!.prompt).toContain('Python')
    const known: readonly string[] = ['passed', 'wrong-answer', 'truncated']
    for (const { ended, verdict } of samples) {
      expect(known).toContain(verdict!.kind)
      expect(verdict!.kind === 'truncated').toBe(!ended)
    }
  })

  it('logs what one wants to know of a step', async () => {
    const config = named('logged', { maxSteps: 1 })
    await run(config)
    const [{ rollout, groups, accuracy }] = steps(config) as [StepLine]
    expect({ groups, accuracy }).toEqual({ groups: 0, accuracy: undefined })
    expect(rollout.answers).toBe(16)
    expect(rollout.reward).toBeCloseTo(rollout.passRate!, 12)
    expect(rollout.passRate).toBe((rollout.outcomes.passed ?? 0) / 16)
    expect(rollout.truncated).toBe((rollout.outcomes.truncated ?? 0) / 16)
    expect(Object.values(rollout.outcomes).reduce((sum, n) => sum + n, 0)).toBe(16)
    expect(Object.keys(rollout.byPair)).toEqual(['python to bash', 'python to javascript'])
    // Half of the mass is on a third of a token's followers; the others share the rest.
    expect(rollout.entropy).toBeGreaterThan(1)
    // The first step is taken at the reference by the policy that drew.
    expect(Math.abs(rollout.kl!)).toBeLessThan(1e-6)
    expect(rollout.clipShare).toBe(0)
    expect(rollout.responseTokens).toBeGreaterThan(1)
    expect(Object.keys(rollout.seconds)).toEqual(['generate', 'judge', 'wait', 'train'])
  })

  it('keeps no reference where no KL is taken', async () => {
    const engine = openBigramEngine()
    await run(named('no-kl', { maxSteps: 1, reinforce: { klCoefficient: 0 } }), { engine })
    expect(engine.opened).toHaveLength(1)
  })

  it('cuts off what has moved too far when answers are shared out to several steps', async () => {
    const config = named('shared', { rollout: { steps: 4 }, reinforce: { clip: 0.01 }, epochs: 1 })
    await run(config)
    const lines = steps(config)
    expect(lines).toHaveLength(12)
    expect(lines.map(({ rollout }) => rollout.answers)).toEqual(new Array(12).fill(4))
    expect(lines[0]!.rollout.clipShare).toBe(0)
    expect(lines.some(({ rollout }) => rollout.clipShare! > 0)).toBe(true)
    // Drawn for the first of four steps alone.
    expect(lines.map(({ rollout }) => 'generate' in rollout.seconds)).toEqual(
      [0, 1, 2].flatMap(() => [true, false, false, false]),
    )
  })

  it('goes on from a step that failed with the last part of a batch of answers', async () => {
    const given = { ...fast, rollout: { tasks: 4, steps: 2 }, epochs: 2 }
    const undisturbed = named('two-parts', given)
    await run(undisturbed)
    let taken = 0
    const spoilt = openBigramEngine(
      (_, gradients) => void (++taken === 4 && gradients.fill(Number.NaN, 0, 1)),
    )
    const failing = named('two-parts-failing', given)
    await expect(run(failing, { engine: spoilt })).rejects.toThrow('The gradients are not finite')
    await run(failing)
    expect(readWeights(join(failing.out, 'model'))).toEqual(readWeights(join(undisturbed.out, 'model')))
  })

  it('takes an answer that did not end for wrong, without asking the judge', async () => {
    const config = named('endless', { rollout: { maxNewTokens: 1 }, maxSteps: 1 })
    const asked: string[] = []
    await run(config, {
      openJudging: judgedBy((_, text) => {
        asked.push(text)
        return { kind: 'passed' }
      }),
    })
    // Of one token, which is the end or none.
    const { outcomes } = steps(config)[0]!.rollout
    expect(new Set(asked)).toEqual(new Set(['']))
    expect(outcomes.truncated).toBeGreaterThan(0)
    expect(outcomes.truncated! + (outcomes.passed ?? 0)).toBe(16)
  })
})

describe('C to compile', () => {
  const compiled = (name: string, problems: unknown, given: Record<string, unknown> = {}) =>
    named(name, { tasks: { problems }, ...given })
  const pairs = (config: RolloutConfig) =>
    steps(config).map(({ rollout }) =>
      Object.fromEntries(Object.entries(rollout.byPair).map(([pair, { answers }]) => [pair, answers])),
    )

  it('is learned from by what the judge of IR says, and its database is known by what it holds', async () => {
    const renamed = join(world.folder, 'problems-of-another-kind')
    copyFileSync(world.database, renamed)
    const config = compiled('compiled', renamed, { rollout: { tasks: 6, samples: 4 }, epochs: 20, ...fast })
    const never: OpenJudging = () => Promise.reject(new Error('there is no translation to judge'))
    await run(config, { openJudging: never })
    const lines = steps(config)
    expect(Object.keys(lines[0]!.rollout.byPair)).toEqual(['c to llvm'])
    expect(Object.keys(lines[0]!.rollout.outcomes)).toContain('malformed')
    const rates = lines.map(({ rollout }) => rollout.passRate!)
    expect(Math.max(...rates.slice(0, 3))).toBeLessThan(0.6)
    expect(Math.min(...rates.slice(-3))).toBeGreaterThan(0.8)
    expect(lines.at(-1)!.rollout.outcomes.equal).toBeGreaterThan(0)
    expect(evaluations(config).at(-1)!.translation).toMatchObject({ answers: 3, passRate: 1 })
  })

  it('stands beside translations, by the weights of the files', async () => {
    const files = [{ file: world.problems, weight: 3 }, { file: world.database }]
    const config = compiled('beside', files, { rollout: { tasks: 4, samples: 1 }, maxSteps: 4 })
    await run(config)
    expect(pairs(config).map((pair) => pair['c to llvm'])).toEqual([1, 1, 1, 1])
    expect(evaluations(config)[0]!.translation.answers).toBe(5 + 3)
  })

  it('is of the split that is trained on: what is held out is never asked', async () => {
    const asked = new Set<string>()
    const watching = scriptedCompiling(({ group }, text) => {
      asked.add(group)
      return /^[a-z]/.test(text)
        ? { kind: 'equal', inputs: 1, searched: 0 }
        : { kind: 'malformed', message: '' }
    })
    const config = compiled('held-out', world.database, {
      rollout: { tasks: 30, samples: 8 },
      epochs: 3,
      evaluation: { split: 'train', tasks: 1, everySteps: 1000 },
    })
    await run(config, { openCompiling: watching })
    const rows = openTrainingRows(world.database)
    const heldOut = [...rows.groupIds('validation'), ...rows.groupIds('test')]
    rows.close()
    expect(asked.size).toBeGreaterThan(10)
    expect(heldOut.filter((id) => asked.has(id))).toEqual([])
  })

  it('asks for the levels that are named, where the prompt names one', async () => {
    const config = compiled('levels', world.database, {
      tasks: { problems: world.database, levels: ['O0', 'O3'] },
      prompt: { template: '; {{ level }}\n{{ code }}' },
      rollout: { tasks: 16, samples: 1 },
      epochs: 1,
      evaluation: { tasks: 3 },
    })
    await run(config)
    // Of three groups at two levels.
    expect(evaluations(config)[0]!.translation.answers).toBe(3)
    const all = pairs(config)
    const of = (pair: string) => all.reduce((sum, counts) => sum + (counts[pair] ?? 0), 0)
    expect([of('c to llvm O0'), of('c to llvm O3')]).toEqual([24, 24])
  })

  it.each([
    [[], /must name at least one database/],
    [[{ file: world.problems, weight: 0 }], /must be above 0/],
    [7, /must be a database, or a list such as/],
    [
      [{ file: world.problems }, { file: world.problems }],
      /"tasks.problems" names .*problems\.json twice; give it once/,
    ],
  ])('is refused as %j', async (problems, sentence) => {
    await expect((async () => run(compiled('refused', problems)))()).rejects.toThrow(sentence)
  })
})

describe('answers that cannot be judged', () => {
  const unjudgedInto = (language: string): OpenJudging =>
    judgedBy((task, text) =>
      task.target === language
        ? { kind: 'unjudged', reason: `${language} is not installed` }
        : { kind: /^[a-z]/.test(text) ? 'passed' : 'format-error', message: '' },
    )

  it('are left out and counted', async () => {
    const config = named('some-unjudged', { rollout: { tasks: 12 }, epochs: 1 })
    // Half of the tasks, so that hardly more than half of the answers are judged.
    await run(config, { openJudging: unjudgedInto('bash') })
    const [{ rollout }] = steps(config) as [StepLine]
    expect(rollout.answers! + rollout.unjudged!).toBe(48)
    expect(rollout.unjudged).toBeGreaterThan(0)
    expect(rollout.byPair['python to javascript']).toMatchObject({ answers: 24 })
    expect(rollout.outcomes.unjudged).toBeUndefined()
  })

  it('stop the run with one sentence where they are most of a batch', async () => {
    const config = named('all-unjudged', { tasks: { problems: world.problems, targets: ['bash'] } })
    await expect(run(config, { openJudging: unjudgedInto('bash') })).rejects.toThrow(
      /1[0-9] of 16 answers could not be judged \(bash is not installed\); mend that, or leave their languages out/,
    )
  })

  it('leave what was learned before they stopped the run, which goes on when the judge is mended', async () => {
    const given = { maxSteps: 5, evaluation: { everySteps: 100 }, checkpoints: { everySteps: 100 } }
    const whole = await run(named('judge-whole', given))
    let isBroken = false
    const breaking = judgedBy((_, text) =>
      isBroken
        ? { kind: 'unjudged', reason: 'the disk is full' }
        : /^[a-z]/.test(text)
          ? { kind: 'passed' }
          : { kind: 'format-error', message: '' },
    )
    const config = named('judge-breaks', given)
    const report = (event: TrainEvent) => {
      isBroken ||= event.kind === 'step' && event.step === 3
    }
    await expect(run(config, { openJudging: breaking, report })).rejects.toThrow('the disk is full')
    const index = JSON.parse(readFileSync(join(config.out, 'checkpoints/index.json'), 'utf8'))
    expect(index.last).toBe('step-00000003')
    const { modelFolder } = await run(config)
    expect(readWeights(modelFolder!)).toBe(readWeights(whole.modelFolder!))
  })

  it('leave a step without any where answers are shared out to many', async () => {
    const config = named('few-judged', {
      tasks: { problems: world.problems, targets: ['bash'] },
      rollout: { tasks: 2, samples: 2, steps: 4, maxNewTokens: 60 },
      maxSteps: 4,
    })
    let calls = 0
    const openJudging = judgedBy(() =>
      ++calls % 2 === 0 ? { kind: 'unjudged', reason: '' } : { kind: 'passed' },
    )
    expect(await run(config, { openJudging })).toMatchObject({ kind: 'finished', step: 4 })
    const answers = steps(config).map(({ rollout }) => rollout.answers!)
    expect(answers.filter((count) => count === 0).length).toBeGreaterThan(0)
    expect(steps(config).every(({ loss }) => Number.isFinite(loss))).toBe(true)
  })

  it('are no reason to stop where the judge breaks once', async () => {
    let calls = 0
    const config = named('one-unjudged', { maxSteps: 2 })
    const openJudging = judgedBy(() =>
      ++calls === 7 ? { kind: 'unjudged', reason: 'x' } : { kind: 'passed' },
    )
    expect(await run(config, { openJudging })).toMatchObject({ kind: 'finished', step: 2 })
  })
})

describe('oorl', () => {
  it('learns from answers and from groups in the same steps', async () => {
    const config = oorl('both', { epochs: 20, ...fast, oorl: { preferenceWeight: 1 } })
    await run(config)
    const [first, last] = [evaluations(config)[0]!, evaluations(config).at(-1)!]
    expect(first).toMatchObject({ accuracy: 0.5, translation: { passRate: 0 } })
    expect(last).toMatchObject({ accuracy: 1, translation: { passRate: 1 } })
    for (const { loss, preferenceLoss, groups, rollout } of steps(config)) {
      expect({ groups, answers: rollout.answers }).toEqual({ groups: 4, answers: 16 })
      expect(loss).not.toBe(preferenceLoss)
    }
  })

  it('with a weight of 0 is the other part alone, and still evaluates both', async () => {
    const reinforce = named('reinforce-alone', { maxSteps: 3 })
    const noGroups = oorl('no-groups', { maxSteps: 3, oorl: { preferenceWeight: 0 } })
    const noAnswers = oorl('no-answers', { maxSteps: 3, oorl: { reinforceWeight: 0, preferenceWeight: 1 } })
    const [alone, without] = [await run(reinforce), await run(noGroups)]
    expect(readWeights(without.modelFolder!)).toBe(readWeights(alone.modelFolder!))
    expect(evaluations(noGroups).at(-1)!.accuracy).toBeDefined()

    await run(noAnswers)
    expect(steps(noAnswers).map(({ groups, rollout }) => [groups, rollout])).toEqual(
      new Array(3).fill([4, undefined]),
    )
    expect(evaluations(noAnswers).at(-1)!.translation.answers).toBe(5)
  })

  it('takes DPO in the place of GEPO', async () => {
    const config = oorl('with-dpo', { maxSteps: 3, oorl: { preference: 'dpo', preferenceWeight: 1 } })
    await run(config)
    expect(steps(config)[0]!.preferenceLoss).toBeCloseTo(Math.LN2, 6)
    expect(evaluations(config).at(-1)!.accuracy).toBeGreaterThan(0.5)
  })
})

describe.each([
  ['on-policy', {}],
  ['with answers shared out to three steps', { steps: 3 }],
])('a run that is interrupted, %s', (kind, rollout) => {
  const expected = oorl(`whole ${kind}`, { rollout, epochs: 2, oorl: { preferenceWeight: 0.3 } })
  let weights: string
  beforeAll(async () => {
    weights = readWeights((await run(expected)).modelFolder!)
  })
  const same = (name: string) =>
    oorl(`${name} ${kind}`, { rollout, epochs: 2, oorl: { preferenceWeight: 0.3 } })

  it.each([2, 5])('by kill -9 in step %i goes on to the very same weights and figures', async (step) => {
    const config = same(`killed ${step}`)
    await killInStep('bigram', config, step)
    const { modelFolder } = await run(config)
    expect(readWeights(modelFolder!)).toBe(weights)
    expect(withoutTimes(readMetrics(config.out))).toEqual(withoutTimes(readMetrics(expected.out)))
  })

  it.each([0, 3])('by a signal while answers of step %i are judged goes on likewise', async (step) => {
    const config = same(`stopped ${step}`)
    const controller = new AbortController()
    let done = 0
    const stopped = await run(config, {
      signal: controller.signal,
      report: (event) => {
        if (event.kind === 'step') done = event.step
        if (event.kind === 'phase' && event.phase === 'answers' && done === step) controller.abort()
      },
    })
    expect(stopped.kind).toBe('interrupted')
    const { modelFolder } = await run(config)
    expect(readWeights(modelFolder!)).toBe(weights)
    expect(withoutTimes(readMetrics(config.out))).toEqual(withoutTimes(readMetrics(expected.out)))
  })
})

describe('a run that goes on', () => {
  it('may have other limits of memory and another judge', async () => {
    const limits = {
      judge: { jobs: 1 },
      rollout: { batchSize: 3 },
      engine: { numberType: 'float64', packedTokens: 50 },
    }
    const controller = new AbortController()
    const stopAt2 = (event: TrainEvent) => event.kind === 'step' && event.step === 2 && controller.abort()
    await run(oorl('other-limits'), { signal: controller.signal, report: stopAt2 })
    expect(await run(oorl('other-limits', limits))).toMatchObject({ kind: 'finished', step: 9 })
  })

  it('may not answer other tasks, or otherwise', async () => {
    await run(named('pinned', { maxSteps: 1 }))
    const changed = named('pinned', { maxSteps: 1, reinforce: { clip: 0.1 } })
    await expect(run(changed)).rejects.toThrow('was begun with reinforce.clip 0.2, not 0.1')
  })
})

describe('what cannot be answered is refused with the remedy', () => {
  it('a split without tasks', async () => {
    const config = named('no-tasks', { tasks: { problems: world.problems, targets: ['rust'] } })
    await expect(run(config)).rejects.toThrow(/has no task of split train that can be used; change tasks/)
  })

  it('prompts that leave no room', async () => {
    const config = named('long', { length: { maxTokens: 12 } })
    await expect(run(config)).rejects.toThrow(/can be used \(overlong-prompt 12\)/)
  })

  it('a problems file that has become another', async () => {
    const config = named('changed', { maxSteps: 1 })
    await run(config)
    const text = readFileSync(world.problems, 'utf8')
    writeFileSync(world.problems, text.replace('print(3)', 'print(4)'))
    await expect(run(config)).rejects.toThrow(/other groups, tasks or another tokenizer/)
    writeFileSync(world.problems, text)
  })
})
