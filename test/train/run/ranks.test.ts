/**
 * Training on several processes of the CPU: the same losses and weights as one, whatever they share out, and what becomes
 * of it when a process is stopped or killed. Skipped where the engine is not built.
 */
import { readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTrainingRows } from '../../../src/store/training-rows.ts'
import type { TrainConfig } from '../../../src/train/config/train-config.ts'
import { initModel } from '../../../src/train/model/init-model.ts'
import { MODEL_SIZES } from '../../../src/train/model/model-sizes.ts'
import { openRanks, type Ranks } from '../../../src/train/run/open-ranks.ts'
import { train } from '../../../src/train/run/train.ts'
import { openTensorEngine } from '../../../src/train/tensor-engine/open-tensor-engine.ts'
import type { TensorEngine } from '../../../src/train/tensor-engine/tensor-engine.ts'
import { isRunning } from '../../processes.ts'
import { largestDifference } from '../tensor-engine/batches.ts'
import { NO_ENGINE } from '../tensor-engine/open-tiny.ts'
import { readCheckpoint } from '../tensor-engine/read-checkpoint.ts'
import { killInStep } from './kill-in-step.ts'
import { openScriptedCompiling } from './scripted-compiling.ts'
import { openScriptedJudging } from './scripted-judging.ts'
import { readMetrics, tinyConfig } from './tiny-run.ts'
import { makeTranslationWorld, translationConfig } from './translation-world.ts'

const world = await makeTranslationWorld()
const model = join(world.folder, 'qwen3')
const RANKS = 3

const named = (name: string, given: Record<string, unknown> = {}, method = tinyConfig) =>
  method(world as never, {
    model,
    out: join(world.folder, name),
    optimizer: { learningRate: 0.003 },
    maxSteps: 4,
    checkpoints: { everySteps: 2 },
    ...given,
    engine: { numberType: 'float64', device: 'cpu', threads: 1, ...(given.engine as object) },
  })
const shared = (stage: number, offload = false) => ({ devices: RANKS, zero: { stage, offload } })

const steps = ({ out }: { readonly out: string }) =>
  readMetrics(out).flatMap(({ kind, loss, gradientNorm, tokens }) =>
    kind === 'train' ? [[Number(loss), Number(gradientNorm), Number(tokens)]] : [],
  )
const weightsOf = ({ out }: { readonly out: string }) =>
  readFileSync(join(out, 'model/model.safetensors')).toString('base64')

/** Losses, gradient norms and weights, the latter of checkpoints in float32. */
async function expectSame(found: TrainConfig, wanted: TrainConfig): Promise<void> {
  const expected = steps(wanted)
  expect(expected.length).toBeGreaterThan(1)
  expect(steps(found)).toHaveLength(expected.length)
  for (const [i, figures] of steps(found).entries()) {
    expect(largestDifference(figures, expected[i]!)).toBeLessThan(1e-9)
  }
  const [weights, others] = [
    await readCheckpoint(join(found.out, 'model')),
    await readCheckpoint(join(wanted.out, 'model')),
  ]
  for (const [name, values] of Object.entries(others)) {
    expect(largestDifference(weights[name]!, values), name).toBeLessThan(1e-7)
  }
}

describe.skipIf(NO_ENGINE)(`training on several ranks ${NO_ENGINE ?? ''}`, () => {
  let alone: TensorEngine
  let ranks: Ranks
  const onRanks = async (config: TrainConfig) => {
    await train(config, { engine: ranks.engine, openJudging: openScriptedJudging, report: () => {} })
    return config
  }
  const byOne = async (config: TrainConfig) => {
    await train(config, { engine: alone, openJudging: openScriptedJudging, report: () => {} })
    return config
  }
  const open = async () => (await openRanks(named('never', { engine: { devices: RANKS } }), process.env))!

  beforeAll(async () => {
    const rows = openTrainingRows(world.database)
    const sizes = { ...MODEL_SIZES.tiny, hidden: 32, intermediate: 96, vocabulary: 320 }
    await initModel(rows, { ...sizes, out: model, seed: 1, maxPositions: 1024, textBytes: 1e6 })
    rows.close()
    const ends = Array.from({ length: 160 }, (_, i) => 2 * i)
    writeFileSync(join(model, 'generation_config.json'), JSON.stringify({ eos_token_id: ends }))
    alone = openTensorEngine({ threads: 1 })
    ranks = await open()
    await byOne(named('alone'))
  })
  afterAll(async () => {
    await ranks?.engine.close()
    await alone?.close()
    rmSync(world.folder, { recursive: true, force: true })
  })

  it.each([
    [0, false],
    [1, false],
    [2, true],
    [3, false],
    [3, true],
  ])('with ZeRO %i and offload %s gives what one process gives', async (stage, offload) => {
    await expectSame(
      await onRanks(named(`stage ${stage} ${offload}`, { engine: shared(stage, offload) })),
      named('alone'),
    )
  })

  it('deals out the responses of a group that is too large for a pass', async () => {
    const engine = { packedTokens: 1 }
    await expectSame(
      await onRanks(named('serial', { engine: { ...engine, ...shared(2) } })),
      await byOne(named('serial alone', { engine })),
    )
  })

  it('trains low-rank additions to weights that are shared out', async () => {
    const engine = { training: { kind: 'lora', rank: 4 } }
    await expectSame(
      await onRanks(named('lora', { engine: { ...engine, ...shared(3) } })),
      await byOne(named('lora alone', { engine })),
    )
  })

  it('draws answers on all of them, and learns what one process learns', async () => {
    const oorl = (name: string, engine: object) =>
      named(
        name,
        {
          method: 'oorl',
          data: { groups: world.database },
          batch: { groups: 2 },
          rollout: { maxNewTokens: 12 },
          evaluation: { everySteps: 2 },
          engine,
        },
        translationConfig as never,
      )
    const config = await onRanks(oorl('oorl', shared(3)))
    const wanted = await byOne(oorl('oorl alone', {}))
    await expectSame(config, wanted)
    const rates = ({ out }: TrainConfig) =>
      readMetrics(out).map(({ rollout, translation }) =>
        [rollout, translation].map((figures) => (figures as { passRate?: number } | undefined)?.passRate),
      )
    expect(rates(config)).toEqual(rates(wanted))
  })

  it('shares out the reference of its own answers, too', async () => {
    const own = (name: string, engine: object) =>
      named(name, { onPolicy: { samples: 3, maxNewTokens: 8 }, batch: { groups: 3 }, engine })
    const learn = (config: TrainConfig, engine: TensorEngine) =>
      train(config, { engine, openCompiling: openScriptedCompiling, report: () => {} })
    const shares: TensorEngine = {
      ...ranks.engine,
      async openModel(options) {
        const logProbs = () => Promise.reject(new Error('rank 0 did it alone'))
        return { ...(await ranks.engine.openModel(options)), logProbs }
      },
    }
    const [config, wanted] = [own('own', shared(2)), own('own alone', {})]
    await learn(config, shares)
    await learn(wanted, alone)
    await expectSame(config, wanted)
    const kept = readMetrics(config.out).flatMap(({ onPolicy }) => (onPolicy as { winners: number }) ?? [])
    expect(kept.some(({ winners }) => winners > 0)).toBe(true)
  })

  it('keeps bfloat16 weights exact to float32 in parts, too', async () => {
    const engine = {
      numberType: 'bfloat16',
      training: { kind: 'full', gradients: 'bfloat16', moments: 'bfloat16' },
    }
    const [config, wanted] = [
      await onRanks(named('bfloat16', { engine: { ...engine, ...shared(3, true) } })),
      await byOne(named('bfloat16 alone', { engine })),
    ]
    // Rounding differs by what it is added up with, and by chance: a few hundredths of what was learned.
    for (const [i, [loss]] of steps(config).entries()) {
      expect(Math.abs(loss! - steps(wanted)[i]![0]!)).toBeLessThan(0.02)
    }
    expect(steps(config)).toHaveLength(4)
  })

  it('stopped in a step goes on with one process, and one with several', async () => {
    const stopIn = async (config: TrainConfig, engine: TensorEngine) => {
      const controller = new AbortController()
      const { kind } = await train(config, {
        engine,
        signal: controller.signal,
        report: (event) => {
          if (event.kind === 'step' && event.step === 1) setImmediate(() => controller.abort())
        },
      })
      expect(kind).toBe('interrupted')
    }
    const [down, up] = [named('down', { engine: shared(3) }), named('up')]
    await stopIn(down, ranks.engine)
    await expectSame(await byOne(named('down')), named('alone'))
    await stopIn(up, alone)
    await expectSame(await onRanks(named('up', { engine: shared(1) })), named('alone'))
  })

  it.skipIf(process.platform !== 'linux')('are connected in ways that TCP looks after', async () => {
    for (const pid of ranksOf(process.pid)) {
      // To rank 0 for words, and to each other one for tensors.
      expect(keepAliveTimers(pid)).toHaveLength(RANKS)
      while (keepAliveTimers(pid).includes(false)) await sleep(20)
    }
  })

  it('one of which is killed says which, and goes on to the very same weights', async () => {
    const whole = await onRanks(named('whole', { engine: shared(2) }))
    const config = named('killed', { engine: shared(2) })
    const victim = ranksOf(process.pid)[1]!
    const failed = train(config, {
      engine: ranks.engine,
      report: (event) => {
        if (event.kind === 'step' && event.step === 3) process.kill(victim, 'SIGKILL')
      },
    })
    await expect(failed).rejects.toMatchObject({
      code: 'rank-lost',
      message: expect.stringMatching(`Rank [12] has ended \\(process ${victim} was ended by SIGKILL\\)`),
    })
    await ranks.engine.close()
    ranks = await open()
    await onRanks(config)
    expect(weightsOf(config)).toBe(weightsOf(whole))
  })

  it('one of which is stopped is given up, and its process ended', async () => {
    const config = named('stopped', { engine: shared(2) })
    const hasty = (await openRanks(config, { ...process.env, GEPO_RANK_SILENCE: '10' }))!
    const victim = ranksOf(process.pid).at(-1)!
    const failed = train(config, {
      engine: hasty.engine,
      report: (event) => {
        if (event.kind === 'step' && event.step === 2) process.kill(victim, 'SIGSTOP')
      },
    })
    await expect(failed).rejects.toMatchObject({
      code: 'rank-lost',
      message: expect.stringMatching(
        `Rank 2 has ended \\(process ${victim} .* no sign of life for 10 seconds`,
      ),
    })
    await hasty.engine.close()
    expect(isRunning(victim)).toBe(false)
  })

  it('end where rank 0 is killed', async () => {
    const stdout = await killInStep('ranks', named('rank 0', { engine: shared(2) }), 3)
    const others = stdout.trim().split(' ').map(Number)
    expect(others).toHaveLength(RANKS - 1)
    while (others.some(isRunning)) await sleep(50)
  })
})

/** The processes that one has started as ranks. */
function ranksOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
  return children
    .filter((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('rank-worker'))
    .map(Number)
}

/** Of a process's connections, whether the kernel asks for the other machine from time to time. */
function keepAliveTimers(pid: number): boolean[] {
  const own = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).match(/^socket:\[(\d+)\]$/)?.[1] ?? []
    } catch {
      return []
    }
  })
  const [ESTABLISHED, KEEP_ALIVE] = ['01', '02:']
  return readFileSync(`/proc/${pid}/net/tcp`, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === ESTABLISHED && own.includes(fields[9]!))
    .map((fields) => fields[5]!.startsWith(KEEP_ALIVE))
}
