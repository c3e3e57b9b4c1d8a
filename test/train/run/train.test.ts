import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeAll, describe, expect, it } from 'vitest'
import type { TrainConfig } from '../../../src/train/config/train-config.ts'
import type { TrainEvent, TrainSummary } from '../../../src/train/run/events.ts'
import { readSamples } from '../../../src/train/run/samples-log.ts'
import { train } from '../../../src/train/run/train.ts'
import { EngineError } from '../../../src/train/tensor-engine/tensor-engine.ts'
import { openBigramEngine } from '../tensor-engine/bigram-engine.ts'
import { killInStep } from './kill-in-step.ts'
import { makeTinyWorld, readMetrics, readWeights, tinyConfig } from './tiny-run.ts'

const world = makeTinyWorld()
const named = (name: string, given: Record<string, unknown> = {}) =>
  tinyConfig(world, { out: join(world.folder, name), ...given })
const run = (config: TrainConfig, signal?: AbortSignal, engine = openBigramEngine()) =>
  train(config, { engine, report: () => {}, ...(signal && { signal }) })

describe('a run', () => {
  const config = named('whole')
  const events: TrainEvent[] = []
  let summary: TrainSummary
  beforeAll(async () => {
    summary = await train(config, { engine: openBigramEngine(), report: (event) => events.push(event) })
  })
  const evaluations = () => events.filter((event) => event.kind === 'evaluated')

  it('takes the steps that its epochs give', () => {
    // 24 of 30 groups are to train on: 6 steps of 4 in each of 2 epochs.
    expect(summary).toMatchObject({ kind: 'finished', step: 12, steps: 12 })
    expect(readMetrics(config.out).filter(({ kind }) => kind === 'train')).toHaveLength(12)
  })

  it('learns to tell winners from losers of groups that it never saw', () => {
    const [before, after] = [evaluations()[0]!, evaluations().at(-1)!]
    expect(before).toMatchObject({
      step: 0,
      evaluation: { preference: { accuracy: 0.5, margin: 0, winnerVariance: 0 } },
    })
    expect(before.evaluation.preference!.loss).toBeCloseTo(Math.LN2, 12)
    expect(after).toMatchObject({ step: 12, evaluation: { preference: { accuracy: 1 } } })
    expect(after.evaluation.preference!.margin).toBeGreaterThan(1)
    expect(after.evaluation.preference!.loss).toBeLessThan(before.evaluation.preference!.loss)
  })

  it('evaluates before the first step, as often as it is told, and at the end', () => {
    expect(evaluations().map(({ step }) => step)).toEqual([0, 4, 8, 12])
    expect(evaluations().at(-1)!.evaluation.preference!.byOperator.ROR).toMatchObject({ groups: 3 })
  })

  it('keeps the last checkpoint and the best, and no other', () => {
    const { best } = summary
    const kept = readdirSync(join(config.out, 'checkpoints')).filter((name) => name !== 'index.json')
    const expected = new Set([12, best!.step].map((step) => `step-${String(step).padStart(8, '0')}`))
    expect(kept.sort()).toEqual([...expected].sort())
  })

  it('leaves a model that can be trained on', () => {
    expect(summary.modelFolder).toBe(join(config.out, 'model'))
    expect(readdirSync(summary.modelFolder!).sort()).toEqual([
      'bigram.safetensors',
      'config.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ])
  })

  it('raises the learning rate first and lets it fall to the end', () => {
    const rates = readMetrics(config.out).flatMap(({ learningRate }) =>
      learningRate ? [Number(learningRate)] : [],
    )
    // 3% of 12 steps are one step of warm-up.
    expect(rates[0]).toBeCloseTo(0.025, 12)
    expect(rates[1]).toBeCloseTo(0.05, 12)
    expect(rates.slice(1)).toEqual([...rates.slice(1)].sort((a, b) => b - a))
  })

  it('keeps what the model answers to a few prompts at each evaluation', async () => {
    const samples = readSamples(config.out)
    // 3 of 30 groups are to validate on.
    expect(samples.map(({ step }) => step)).toEqual([0, 4, 8, 12].flatMap((step) => [step, step, step]))
    const [first] = samples
    expect(first).toMatchObject({ kind: 'sample', step: 0, of: 'group' })
    expect(first!.prompt).toContain('int ')
    expect(first).not.toHaveProperty('verdict')
    expect(new Set(samples.map(({ prompt }) => prompt)).size).toBe(3)
    expect(samples.every(({ ended, tokens }) => ended || tokens === 256)).toBe(true)

    const none = named('no-samples', { maxSteps: 1, evaluation: { samples: 0 } })
    await run(none)
    expect(readSamples(none.out)).toEqual([])
  })

  it('does nothing the second time but say so', async () => {
    const before = readFileSync(join(config.out, 'metrics.jsonl'), 'utf8')
    const again = await run(config)
    expect(again).toMatchObject({ kind: 'finished', step: 12, modelFolder: summary.modelFolder })
    expect(readFileSync(join(config.out, 'metrics.jsonl'), 'utf8')).toBe(before)
  })

  it('opens the reference once for all runs on the same model and groups', async () => {
    const engine = openBigramEngine()
    await run(named('other-beta', { gepo: { beta: 0.5 }, maxSteps: 1 }), undefined, engine)
    expect(engine.opened.map(({ training }) => training.kind)).toEqual(['full'])
  })
})

it('computes the reference of the groups that its steps have, and of no others', async () => {
  const referenceGroups = async (maxSteps: number) => {
    const config = named(`${maxSteps} steps`)
    if (!('data' in config)) throw new Error('learns from groups')
    const cache = join(world.folder, `${maxSteps} steps.cache`)
    let groups = 0
    await train(
      { ...config, maxSteps, data: { ...config.data, cache } },
      {
        engine: openBigramEngine(),
        report: (event) => {
          if (event.kind === 'phase' && event.phase === 'reference') groups = event.total
        },
      },
    )
    return groups
  }
  // 3 of 30 groups are to validate on, 24 to train on, 4 in a step.
  expect([await referenceGroups(1), await referenceGroups(2), await referenceGroups(9)]).toEqual([7, 11, 27])
})

describe('a run that is interrupted', () => {
  const whole = named('uninterrupted')
  let expected: string
  beforeAll(async () => {
    const { modelFolder } = await run(whole)
    expected = readWeights(modelFolder!)
  })

  it.each([1, 5, 9, 12])('by a signal in step %i goes on to the very same weights', async (step) => {
    const config = named(`signal-${step}`)
    const controller = new AbortController()
    const stopped = await run(
      config,
      controller.signal,
      openBigramEngine((now) => now === step && controller.abort()),
    )
    expect(stopped).toMatchObject({ kind: 'interrupted', step })

    const { modelFolder } = await run(config)
    expect(readWeights(modelFolder!)).toBe(expected)
    expect(withoutTimes(readMetrics(config.out))).toEqual(withoutTimes(readMetrics(whole.out)))
    expect(readSamples(config.out)).toEqual(readSamples(whole.out))
  })

  it('before its first step has nothing to save and begins again', async () => {
    const config = named('at-once')
    const stopped = await run(config, AbortSignal.abort())
    expect(stopped).toMatchObject({ kind: 'interrupted', step: 0 })
    const { modelFolder } = await run(config)
    expect(readWeights(modelFolder!)).toBe(expected)
  })

  it.each([2, 8, 11])('by kill -9 in step %i goes on to the very same weights', async (step) => {
    const config = named(`killed-${step}`)
    await killInStep('bigram', config, step)
    expect(existsSync(join(config.out, 'model'))).toBe(false)

    const { modelFolder } = await run(config)
    expect(readWeights(modelFolder!)).toBe(expected)
    expect(withoutTimes(readMetrics(config.out))).toEqual(withoutTimes(readMetrics(whole.out)))
  })

  it('goes on although the cache is gone', async () => {
    const config = named('no-cache', {
      data: { groups: world.database, cache: join(world.folder, 'own.cache') },
    })
    const controller = new AbortController()
    await run(
      config,
      controller.signal,
      openBigramEngine((now) => now === 5 && controller.abort()),
    )
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${config.data.cache}${suffix}`, { force: true })
    const { modelFolder } = await run(config)
    expect(readWeights(modelFolder!)).toBe(expected)
  })

  it('may go on with other limits of memory', async () => {
    const config = named('other-limits')
    const controller = new AbortController()
    await run(
      config,
      controller.signal,
      openBigramEngine((now) => now === 5 && controller.abort()),
    )
    const summary = await run(named('other-limits', { engine: { numberType: 'float64', packedTokens: 100 } }))
    expect(summary).toMatchObject({ kind: 'finished', step: 12 })
  })

  it('by a lack of memory has saved the steps before, and goes on', async () => {
    const config = named('out-of-memory')
    const failing = openBigramEngine((step) => {
      if (step === 8) throw new EngineError('out-of-memory', 'No memory: lower packedTokens.')
    })
    await expect(run(config, undefined, failing)).rejects.toThrow('No memory: lower packedTokens.')
    expect(JSON.parse(readFileSync(join(config.out, 'checkpoints/index.json'), 'utf8')).last).toBe(
      'step-00000007',
    )
    const { modelFolder } = await run(config)
    expect(readWeights(modelFolder!)).toBe(expected)
  })

  it('may not go on as another run', async () => {
    const config = named('pinned', { maxSteps: 1 })
    await run(config)
    await expect(run(named('pinned', { maxSteps: 1, gepo: { lambda: 2 } }))).rejects.toThrow(
      'was begun with gepo.lambda 1, not 2; go on with that, or name another folder as out.',
    )
  })

  it('may go on with the default alone of an option that is newer than it', async () => {
    const config = named('older', { maxSteps: 1 })
    await run(config)
    const file = join(config.out, 'run.json')
    const { config: options, ...rest } = JSON.parse(readFileSync(file, 'utf8'))
    const { 'gepo.lambda': _, 'optimizer.weightDecay': __, onPolicy: ___, ...older } = options
    const asOlder = () => writeFileSync(file, JSON.stringify({ ...rest, config: older }))
    asOlder()
    await expect(
      run(named('older', { maxSteps: 1, optimizer: { learningRate: 0.05, weightDecay: 0.1 } })),
    ).rejects.toThrow('was begun with optimizer.weightDecay 0, not 0.1; go on with that')
    await expect(run(named('older', { maxSteps: 1, onPolicy: { samples: 2 } }))).rejects.toThrow(
      'was begun with onPolicy null, not options of its own; go on with that',
    )
    expect(await run(config)).toMatchObject({ kind: 'finished' })
  })

  it('may not go on with more epochs or another rate unless that is allowed', async () => {
    const config = named('unchanged', { epochs: 1 })
    await run(config)
    const changed = named('unchanged', { epochs: 2, optimizer: { learningRate: 0.01 } })
    await expect(run(changed)).rejects.toThrow(
      'was begun with optimizer.learningRate 0.05, not 0.01; add --allow-change, or name another folder as out.',
    )
    const fewer = named('unchanged', { maxSteps: 2 })
    await expect(
      train(fewer, { engine: openBigramEngine(), report: () => {}, allowChange: true }),
    ).rejects.toThrow('was begun with maxSteps null, not 2; go on with that')
  })

  it('goes on with more epochs where that is allowed, takes the first ones as they were, and keeps their model', async () => {
    const config = named('grown', { epochs: 1, schedule: { kind: 'constant', warmupRatio: 0 } })
    await run(config)
    const shorter = readWeights(join(config.out, 'model'))
    const more = named('grown', { epochs: 2, schedule: { kind: 'constant', warmupRatio: 0 } })
    const notes: TrainEvent[] = []
    const { modelFolder, step } = await train(more, {
      engine: openBigramEngine(),
      report: (event) => event.kind === 'note' && notes.push(event),
      allowChange: true,
    })
    expect(step).toBe(12)
    expect(notes[0]).toMatchObject({ text: 'The run was begun with epochs 1, not 2.' })
    expect(readWeights(join(config.out, 'model-of-step-6'))).toBe(shorter)

    const atOnce = await run(
      named('grown-at-once', { epochs: 2, schedule: { kind: 'constant', warmupRatio: 0 } }),
    )
    expect(readWeights(modelFolder!)).toBe(readWeights(atOnce.modelFolder!))
    // What it was allowed once is its own from then on.
    expect(await run(more)).toMatchObject({ kind: 'finished', step: 12 })
  })

  it('says which of its files is damaged', async () => {
    const config = named('damaged', { maxSteps: 1 })
    await run(config)
    const file = join(config.out, 'run.json')
    const text = readFileSync(file, 'utf8')
    for (const damaged of [text.slice(0, 50), '[]', '{"config": {}}']) {
      writeFileSync(file, damaged)
      await expect(run(config)).rejects.toThrow(`${file} is damaged; restore it`)
    }
  })

  it.each(['config.json', 'tokenizer.json', 'tokenizer_config.json', 'chat_template.jinja'])(
    'does not wait for a pipe in the place of %s',
    async (name) => {
      const model = join(world.folder, `piped-${name}`)
      cpSync(world.model, model, { recursive: true })
      rmSync(join(model, name), { force: true })
      execFileSync('mkfifo', [join(model, name)])
      await expect(run(named('piped', { model }))).rejects.toThrow(
        `${join(model, name)} cannot be read (it is no regular file)`,
      )
    },
  )

  it('leaves out of its summary what of its figures is damaged', async () => {
    const config = named('damaged-figures')
    const { evaluations } = await run(config)
    const file = join(config.out, 'metrics.jsonl')
    const odd = ['{"kind":"evaluation","step":1,"accuracy":"high"}', '{"kind":"evaluation",', 'null']
    writeFileSync(file, `${readFileSync(file, 'utf8')}${odd.join('\n')}\n`)
    expect((await run(config)).evaluations).toEqual(evaluations)
  })

  it('asks to remove a cache that lacks, or holds, what it should not', async () => {
    const data = { groups: world.database, cache: join(world.folder, 'odd.cache') }
    await run(named('first-of-cache', { maxSteps: 1, data }))
    for (const sql of [
      'DELETE FROM log_probs',
      "UPDATE surveys SET outcome = '[]' WHERE outcome != 'true'",
    ]) {
      const db = new Database(data.cache)
      db.exec(sql)
      db.close()
      await expect(run(named('second-of-cache', { maxSteps: 1, data }))).rejects.toThrow(
        /^The cache \S+odd\.cache is damaged \(.+\): remove it;/,
      )
    }
  })
})

describe('a gradient that is not finite', () => {
  /** Spoils the gradient of the steps of such numbers, those that are left out counted too. */
  const spoiling = (...spoilt: number[]) => {
    let taken = 0
    return openBigramEngine(
      (_, gradients) => void (spoilt.includes(++taken) && gradients.fill(Number.NaN, 0, 1)),
    )
  }

  it('ends the run with the steps before it saved', async () => {
    const config = named('spoilt')
    await expect(run(config, undefined, spoiling(3))).rejects.toThrow('The gradients are not finite')
    expect(existsSync(join(config.out, 'checkpoints', 'step-00000002'))).toBe(true)
  })

  it('is left out and counted where that is allowed, over interruptions too', async () => {
    const config = named('skipping', { maxSteps: 6, optimizer: { learningRate: 0.05, skipNonFinite: 2 } })
    const summary = await run(config, undefined, spoiling(2, 5))
    expect(summary).toMatchObject({ kind: 'finished', step: 6, skippedSteps: 2 })
    const lines = readMetrics(config.out).filter(({ kind }) => kind === 'train')
    expect(lines.map(({ skippedSteps }) => skippedSteps)).toEqual([undefined, 1, 1, 1, 2, 2])
    expect(lines.map((line) => 'gradientNorm' in line)).toEqual([true, false, true, true, false, true])
  })

  it('ends the run beyond the limit, which counts what was left out before an interruption', async () => {
    const config = named('beyond', { maxSteps: 6, optimizer: { learningRate: 0.05, skipNonFinite: 1 } })
    const controller = new AbortController()
    let taken = 0
    const interrupted = openBigramEngine((_, gradients) => {
      taken++
      if (taken === 2) gradients.fill(Number.NaN, 0, 1)
      if (taken === 3) controller.abort()
    })
    await run(config, controller.signal, interrupted)
    await expect(run(config, undefined, spoiling(2))).rejects.toThrow(
      'The gradient of step 5 is not finite, and optimizer.skipNonFinite (1) is used up by steps before it',
    )
    // The limit may be raised.
    const raised = named('beyond', { maxSteps: 6, optimizer: { learningRate: 0.05, skipNonFinite: 5 } })
    expect(await run(raised)).toMatchObject({ kind: 'finished', skippedSteps: 1 })
  })
})

describe('the other methods', () => {
  it('dpo learns the same groups', async () => {
    const config = named('dpo', { method: 'dpo' })
    const { best } = await run(config)
    expect(best).toMatchObject({ accuracy: 1 })
  })

  it('sft makes the winners likelier, and never looks at a reference', async () => {
    const config = named('sft', { method: 'sft' })
    const engine = openBigramEngine()
    await run(config, undefined, engine)
    const losses = readMetrics(config.out).filter(({ kind }) => kind === 'evaluation')
    expect(Number(losses.at(-1)!.loss)).toBeLessThan(Number(losses[0]!.loss))
    expect(engine.opened).toHaveLength(1)
  })

  it('gepo without a reference never opens one, and learns all the same', async () => {
    const gepo = { beta: 2, targetMargin: 1, length: 'mean', referenceFree: true, lambda: 0 }
    const config = named('reference-free', { gepo })
    const engine = openBigramEngine()
    const { best } = await run(config, undefined, engine)
    expect(engine.opened).toHaveLength(1)
    expect(best).toMatchObject({ accuracy: 1 })
  })

  it.each([
    ['the likelihood of RPO', { winnerLikelihood: 1 }],
    ['the floor of DPOP', { winnerFloor: 50 }],
  ])('gepo with %s ends with likelier winners than without', async (_, gepo) => {
    const last = (out: string) => readMetrics(out).findLast(({ kind }) => kind === 'evaluation')!
    const config = named(Object.keys(gepo)[0]!, { gepo })
    await run(config)
    const [held, plain] = [last(config.out), last(join(world.folder, 'whole'))]
    expect(Number(held.winnerLogProb)).toBeGreaterThan(Number(plain.winnerLogProb))
    expect(Number(held.winnerScore)).toBeGreaterThan(Number(plain.winnerScore))
  })

  it('gepo ends with less variance among the winners than dpo', () => {
    const last = (name: string) =>
      readMetrics(join(world.folder, name)).findLast(({ kind }) => kind === 'evaluation')!
    expect(Number(last('whole').winnerVariance)).toBeLessThan(0.5 * Number(last('dpo').winnerVariance))
  })
})

describe('what cannot be trained is refused with the remedy', () => {
  it('a folder that holds something else', async () => {
    await expect(run(named('.'))).rejects.toThrow(/holds something that is no run/)
  })

  it('a database without groups of the split', async () => {
    const few = makeTinyWorld(1)
    await expect(run(tinyConfig(few))).rejects.toThrow(/has no group of split train/)
  })

  it('limits that leave no group, with the reasons', async () => {
    const config = named('too-short', { length: { maxTokens: 20 } })
    await expect(run(config)).rejects.toThrow(/can be used \(overlong-prompt 24\); change data or length/)
  })

  it('a GPU where there is none', async () => {
    await expect(run(named('gpu', { engine: { device: 'cuda' } }))).rejects.toThrow(
      /asks for a GPU, and there is none/,
    )
  })

  it('a run that another process works on', async () => {
    const config = named('busy')
    const first = run(config)
    await expect(run(config)).rejects.toThrow(/is being written by gepo process/)
    await first
  })
})

/** All but what depends on the clock. */
function withoutTimes(lines: Record<string, unknown>[]): Record<string, unknown>[] {
  return lines.map(({ tokensPerSecond: _, ...line }) => line)
}
