/**
 * A model on several ranks: every call is made on all of them at the same time. Where there is one batch, or none for some
 * rank, the others take a batch of two tokens whose gradient is zero, because all must take part in gathering weights and
 * summing gradients.
 */
import {
  EngineError,
  type Generated,
  type GenerationRequest,
  type LogProbGradient,
  type LogProbOptions,
  type LogProbs,
  type MemoryFigures,
  type Model,
  type PackedPass,
  type Rounds,
  type StepOptions,
  type StepResult,
  type TokenBatch,
} from '../tensor-engine.ts'
import { dealByTokens, promptFamilies } from './deal-by-tokens.ts'
import type { RankCrew } from './rank-crew.ts'

const IDLE: TokenBatch = {
  ids: Int32Array.of(0, 0),
  offsets: Int32Array.of(0, 2),
  promptLengths: Int32Array.of(1),
}
const NO_LOG_PROBS: LogProbs = {
  sums: new Float64Array(),
  tokens: new Float32Array(),
  offsets: Int32Array.of(0),
  entropies: new Float32Array(),
}
const NO_SLOPE: LogProbGradient = { perSequence: Float64Array.of(0) }

/** @param models of the same model, one for each rank */
export function createRankedModel(crew: RankCrew, models: readonly Model[]): Model {
  const [leader] = models as readonly [Model, ...Model[]]
  const onAll = <Result>(work: (model: Model, rank: number) => Promise<Result>) =>
    crew.together((rank) => work(models[rank]!, rank))
  const isIdle = (batches: readonly TokenBatch[], rank: number) => batches[rank]!.promptLengths.length === 0
  const batchOf = (batches: readonly TokenBatch[], rank: number) =>
    isIdle(batches, rank) ? IDLE : batches[rank]!
  const own = (batches: readonly TokenBatch[], found: readonly LogProbs[]) =>
    found.map((logProbs, rank) => (isIdle(batches, rank) ? NO_LOG_PROBS : logProbs))
  const gradientOf = (batches: readonly TokenBatch[], gradients: readonly LogProbGradient[], rank: number) =>
    isIdle(batches, rank) ? NO_SLOPE : gradients[rank]!

  const rounds: Rounds = {
    width: models.length,
    logProbs: async (batches, options) =>
      own(batches, await onAll((model, rank) => model.logProbs(batchOf(batches, rank), options))),
    backward: async (batches, gradients, options) =>
      own(
        batches,
        await onAll((model, rank) =>
          model.backward(batchOf(batches, rank), gradientOf(batches, gradients, rank), options),
        ),
      ),
    async beginPacked(batches, options) {
      const begun: PackedPass[] = []
      const passes = await onAll(async (model, rank) => {
        const pass = await model.beginPacked(batchOf(batches, rank), options)
        begun.push(pass)
        return pass
      }).catch(async (error) => {
        // Nobody else knows those of the others, which hold what they have computed.
        await Promise.allSettled(begun.map((pass) => pass.discard()))
        throw error
      })
      let isHeld = true
      return {
        logProbs: own(
          batches,
          passes.map((pass) => pass.logProbs),
        ),
        finish: async (gradients, finishOptions) => {
          isHeld = false
          await crew.together((rank) =>
            passes[rank]!.finish(gradientOf(batches, gradients, rank), finishOptions),
          )
        },
        discard: async () => {
          if (isHeld) await crew.together((rank) => passes[rank]!.discard())
          isHeld = false
        },
      }
    },
  }
  const alone = (batch: TokenBatch) => models.map((_, rank) => (rank === 0 ? batch : NO_BATCH))

  return {
    info: leader.info,
    rounds,
    logProbs: async (batch, options) => (await rounds.logProbs(alone(batch), options))[0]!,
    backward: async (batch, gradient, options) =>
      (await rounds.backward(alone(batch), [gradient], options))[0]!,
    async beginPacked(batch: TokenBatch, options?: LogProbOptions): Promise<PackedPass> {
      const round = await rounds.beginPacked(alone(batch), options)
      return {
        logProbs: round.logProbs[0]!,
        finish: (gradient, finishOptions) => round.finish([gradient], finishOptions),
        discard: () => round.discard(),
      }
    },
    async clearGradients() {
      await onAll((model) => model.clearGradients())
    },
    async step(options: StepOptions): Promise<StepResult> {
      try {
        return (await onAll((model) => model.step(options)))[0]!
      } catch (error) {
        if (error instanceof EngineError && error.code !== 'not-finite' && error.code !== 'rank-lost') {
          // Others may have taken their part of the step already.
          throw new EngineError(
            'rank-lost',
            `${error.message} It was in the middle of a step: start the same command again, which goes on from the last checkpoint.`,
          )
        }
        throw error
      }
    },
    async saveState(folder) {
      await onAll((model) => model.saveState(folder))
    },
    async loadState(folder) {
      await onAll((model) => model.loadState(folder))
    },
    async exportCheckpoint(folder, options) {
      await onAll((model) => model.exportCheckpoint(folder, options))
    },
    generate: (options) => generateTogether(options, models.length, onAll),
    memory: async () => largest(await onAll((model) => model.memory())),
    async close() {
      await Promise.allSettled(models.map((model) => model.close()))
    },
  }
}

const NO_BATCH: TokenBatch = {
  ids: new Int32Array(),
  offsets: Int32Array.of(0),
  promptLengths: new Int32Array(),
}

/** Equal prompts that follow each other stay together, for a rank reads them once. */
async function generateTogether(
  options: GenerationRequest,
  width: number,
  onAll: (work: (model: Model, rank: number) => Promise<Generated>) => Promise<Generated[]>,
): Promise<Generated> {
  const { ids, offsets, seeds, maxNewTokens, onResponse } = options
  const prompts = Array.from({ length: offsets.length - 1 }, (_, i) =>
    ids.subarray(offsets[i], offsets[i + 1]),
  )
  const families = promptFamilies(prompts)
  const tokensOf = (family: readonly number[]) => family.length * (prompts[family[0]!]!.length + maxNewTokens)
  const dealt = dealByTokens(families, tokensOf, width).map((places) => places.flatMap((f) => families[f]!))
  const parts = await onAll((model, rank) => {
    const places = dealt[rank]!
    return model.generate({
      ...options,
      ...concatenated(places.map((i) => prompts[i]!)),
      ...(seeds && { seeds: Uint32Array.from(places, (i) => seeds[i]!) }),
      ...(onResponse && {
        onResponse: (response) => onResponse({ ...response, prompt: places[response.prompt]! }),
      }),
    })
  })

  const found = new Array<{ part: Generated; at: number }>(prompts.length)
  for (const [rank, places] of dealt.entries()) {
    for (const [at, i] of places.entries()) found[i] = { part: parts[rank]!, at }
  }
  const range = ({ part, at }: { part: Generated; at: number }) =>
    [part.offsets[at]!, part.offsets[at + 1]!] as const
  const all = concatenated(found.map((one) => one.part.ids.subarray(...range(one))))
  const logProbs = new Float32Array(all.ids.length)
  found.forEach((one, i) => {
    logProbs.set(one.part.logProbs.subarray(...range(one)), all.offsets[i])
  })
  return { ...all, logProbs, stopped: Uint8Array.from(found, ({ part, at }) => part.stopped[at]!) }
}

function concatenated(parts: readonly Int32Array[]): { ids: Int32Array; offsets: Int32Array } {
  const offsets = new Int32Array(parts.length + 1)
  parts.forEach(({ length }, i) => {
    offsets[i + 1] = offsets[i]! + length
  })
  const ids = new Int32Array(offsets.at(-1)!)
  parts.forEach((part, i) => {
    ids.set(part, offsets[i])
  })
  return { ids, offsets }
}

/** Of the rank that has most of it. */
function largest(figures: readonly MemoryFigures[]): MemoryFigures {
  const most = (name: keyof MemoryFigures) => {
    const known = figures.flatMap((one) => one[name] ?? [])
    return known.length === 0 ? null : Math.max(...known)
  }
  const [first] = figures as readonly [MemoryFigures]
  return Object.fromEntries(
    (Object.keys(first) as (keyof MemoryFigures)[]).map((name) => [name, most(name)]),
  ) as unknown as MemoryFigures
}
