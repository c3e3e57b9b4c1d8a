/**
 * Answers judged by every machine of a training: each by the one that has most room. Tasks are read where rank 0 is, and
 * the other machines need no database.
 */
import { availableParallelism } from 'node:os'
import { openJudge } from '../../judge/open-judge.ts'
import type { Verdict } from '../../records/verdict.ts'
import type { RolloutConfig } from '../config/train-config.ts'
import type { Peer, Service } from '../tensor-engine/ranks/services.ts'
import { createJudging, type Judging, type OpenJudging } from './judging.ts'

type JudgeOne = Judging['judge']

/** @param peers one process on each other machine */
export function judgeOnMachines(openHere: OpenJudging, peers: readonly Peer[]): OpenJudging {
  if (peers.length === 0) return openHere
  return async (config: RolloutConfig) => {
    const here = await openHere(config)
    const { jobs } = config.judge
    const machines = [
      { judge: here.judge, slots: jobs ?? availableParallelism(), busy: 0 },
      ...(await Promise.all(
        peers.map(async (peer) => ({
          judge: remoteJudge(peer),
          slots: await peer.call<number>('judge', 'open', { jobs }),
          busy: 0,
        })),
      )),
    ]
    return {
      tasks: here.tasks,
      async judge(task, text, options) {
        const load = ({ busy, slots }: (typeof machines)[number]) => busy / slots
        const chosen = machines.reduce((best, one) => (load(one) < load(best) ? one : best))
        chosen.busy++
        try {
          return await chosen.judge(task, text, options)
        } finally {
          chosen.busy--
        }
      },
      close: () => here.close(),
    }
  }
}

function remoteJudge(peer: Peer): JudgeOne {
  return ({ target, suite }, text, { signal }) =>
    peer.call<Verdict>('judge', 'judge', { task: { target, suite }, text }, { signal })
}

interface JudgeRequest {
  readonly task: Parameters<JudgeOne>[0]
  readonly text: string
}

/** What a machine's first process does for {@link judgeOnMachines}. Its judge ends with the process. */
export function serveJudge(): Service {
  let judging: Judging | undefined
  return async (operation, argument, { signal }) => {
    if (operation === 'open') {
      const { jobs } = argument as { jobs: number | null }
      const slots = jobs ?? availableParallelism()
      judging = createJudging(async () => [], await openJudge({ slots }))
      return slots
    }
    const { task, text } = argument as JudgeRequest
    return judging!.judge(task, text, { signal })
  }
}
