/** A process that waits for what rank 0 asks, and is signalled; rank 0 is this one, and no engine is needed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { awaitRanks, listenForRanks } from '../../../src/train/tensor-engine/ranks/meet-ranks.ts'
import { askOver } from '../../../src/train/tensor-engine/ranks/services.ts'

const PROGRAM = join(import.meta.dirname, '../../../src/train/run/rank-worker.ts')
const HOST = '127.0.0.1'
const MEETING = { size: 2, key: 'a secret', purpose: 'ranks of one machine', silenceSeconds: 60 }

async function start() {
  const { server, port } = await listenForRanks(HOST, 0)
  const child = spawn(process.execPath, [PROGRAM], {
    env: { ...process.env, GEPO_RANK: JSON.stringify({ rank: 1, port, meeting: MEETING }) },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = once(child, 'exit')
  const [arrival] = await awaitRanks(server, MEETING, new AbortController().signal)
  const peer = askOver(arrival!.wire)
  /** What nobody serves is refused by a process that is there. */
  const answers = () => expect(peer.call('none', 'none', {})).rejects.toThrow('is not a function')
  return { child, ended, peer, answers }
}

it.each(['SIGINT', 'SIGTERM'] as const)(
  'leaves the first %s to rank 0, and ends at the second',
  async (signal) => {
    const { child, ended, answers } = await start()
    await answers()
    child.kill(signal)
    await answers()
    // Two that come at the same time are one.
    const again = setInterval(() => child.kill(signal), 50)
    expect(await ended).toEqual([null, signal])
    clearInterval(again)
  },
)

it('ends well after one signal where rank 0 is done', async () => {
  const { child, ended, peer, answers } = await start()
  await answers()
  child.kill('SIGTERM')
  await answers()
  peer.close()
  expect(await ended).toEqual([0, null])
})
