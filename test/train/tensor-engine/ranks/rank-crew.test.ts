/** Ranks whose calls fail at moments that a test chooses: their engines are made up. */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Addon } from '../../../../src/train/tensor-engine/addon.ts'
import { chooseGpus } from '../../../../src/train/tensor-engine/ranks/open-ranked-engine.ts'
import { gatherCrew, type RankCrew } from '../../../../src/train/tensor-engine/ranks/rank-crew.ts'
import { createRankedModel } from '../../../../src/train/tensor-engine/ranks/ranked-model.ts'
import type { Model, PackedPass } from '../../../../src/train/tensor-engine/tensor-engine.ts'

type Act = (operation: string, signal: AbortSignal) => Promise<unknown>

/** @param acts what each rank's engine does */
function crewOf(...acts: readonly Act[]): RankCrew {
  const engines = acts.map((act) => ({
    host: 'here',
    device: 'cpu',
    peer: undefined,
    addon: {
      torchVersion: '2',
      start: () => false,
      call: (operation, _, signal) => act(operation, signal ?? new AbortController().signal),
    } as Addon,
  }))
  return gatherCrew(engines, false)
}

const connects = async () => ({ port: 1, id: new Uint8Array() })
/** Does its work while nothing else fails. */
const works: Act = async (operation, signal) =>
  operation === 'work' ? sleep(100, 'done', { signal }) : connects()
const workOn = (crew: RankCrew) => crew.together((rank) => crew.addons[rank]!.call('work', {}))

describe('the ranks of a training', () => {
  it('are connected anew whatever fails late of what was before', async () => {
    let joins = 0
    const crew = crewOf(
      async (operation, signal) => {
        if (operation === 'join' && joins++ === 0) throw new Error('not yet')
        return works(operation, signal)
      },
      async (operation, signal) => {
        if (operation === 'join' && joins === 1) {
          await sleep(50)
          throw new Error('too late')
        }
        return works(operation, signal)
      },
    )
    await expect(workOn(crew)).rejects.toThrow('not yet')
    expect(await workOn(crew)).toEqual(['done', 'done'])
  })

  it('are connected anew where one could not listen', async () => {
    let isFirst = true
    const crew = crewOf(works, async (operation, signal) => {
      if (operation === 'listen' && isFirst) {
        isFirst = false
        throw new Error('no port')
      }
      return works(operation, signal)
    })
    await expect(workOn(crew)).rejects.toThrow('no port')
    expect(await workOn(crew)).toEqual(['done', 'done'])
  })

  it('let go what they hold of a pass that one of them cannot begin', async () => {
    const crew = crewOf(works, works)
    const discarded: string[] = []
    const begin = async (): Promise<PackedPass> => ({
      logProbs: {} as PackedPass['logProbs'],
      finish: async () => {},
      discard: async () => void discarded.push('rank 0'),
    })
    const models = [
      { beginPacked: begin },
      { beginPacked: () => Promise.reject(new Error('out of memory')) },
    ] as unknown as Model[]
    const { rounds } = createRankedModel(crew, models)
    const batch = { ids: Int32Array.of(1, 2), offsets: Int32Array.of(0, 2), promptLengths: Int32Array.of(1) }
    await expect(rounds!.beginPacked([batch, batch])).rejects.toThrow('out of memory')
    expect(discarded).toEqual(['rank 0'])
  })

  it('free what they hold although their calls have come apart', async () => {
    const asked: string[] = []
    const crew = crewOf(async (operation, signal) => {
      if (operation === 'work') throw new Error('apart')
      asked.push(`${operation} ${signal.aborted}`)
      return connects()
    })
    await expect(workOn(crew)).rejects.toThrow('apart')
    for (const operation of ['discard', 'close', 'memory']) await crew.addons[0]!.call(operation, {})
    expect(asked).toEqual(['listen false', 'join false', 'discard false', 'close false', 'memory true'])
  })

  it('take the GPU of their number, or the only one that they see', () => {
    const choose = (...gpus: string[][]) =>
      chooseGpus(gpus.map((seen, i) => ({ rank: 8 + i, localRank: i, gpus: seen })))
    const two = ['a', 'b']
    expect(choose(two, two)).toEqual(['cuda:0', 'cuda:1'])
    // As srun with --gpus-per-task=1 shows them.
    expect(choose(['a'], ['b'])).toEqual(['cuda:0', 'cuda:0'])
    expect(() => choose(two, two, two)).toThrow(/Rank 10 has number 2 .* sees 2 GPUs/)
    expect(() => choose([])).toThrow(/sees 0 GPUs/)
  })

  it('are refused where two would be on one GPU, as far as its name is known', () => {
    const both = (name: string) => chooseGpus([0, 1].map((rank) => ({ rank, localRank: rank, gpus: [name] })))
    expect(() => both('a')).toThrow(/Rank 1 has number 1 .* sees 1 GPUs there: start no more ranks/)
    expect(both('')).toEqual(['cuda:0', 'cuda:0'])
  })
})
