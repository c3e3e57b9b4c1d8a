/** `gepo train` as torchrun starts it: what becomes of all of its processes where one cannot begin. */
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { openTrainingRows } from '../../../src/store/training-rows.ts'
import { initModel } from '../../../src/train/model/init-model.ts'
import { MODEL_SIZES } from '../../../src/train/model/model-sizes.ts'
import { scratchFolder } from '../../scratch-folder.ts'
import { NO_ENGINE } from '../tensor-engine/open-tiny.ts'
import { makeTinyWorld } from './tiny-run.ts'

const GEPO = join(import.meta.dirname, '../../../bin/gepo.mjs')
const folder = scratchFolder()

/** Against a hang alone. */
const PATIENCE_MS = 120_000

function writeConfig(name: string, given: object = {}): string {
  const path = join(folder, `${name}.json`)
  const config = {
    method: 'gepo',
    model: join(folder, 'model'),
    out: join(folder, 'run'),
    data: { groups: join(folder, 'groups.db') },
    engine: { device: 'cpu', threads: 1 },
    ...given,
  }
  writeFileSync(path, JSON.stringify(config))
  return path
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

interface Started {
  readonly config: string
  readonly env?: NodeJS.ProcessEnv
}

/** Each as another rank, on one machine. */
async function launch(ranks: readonly Started[]) {
  const port = await freePort()
  return Promise.all(
    ranks.map(async ({ config, env }, rank) => {
      const { exitCode, stderr } = await execa(process.execPath, [GEPO, 'train', config], {
        reject: false,
        timeout: PATIENCE_MS,
        killSignal: 'SIGKILL',
        env: {
          RANK: String(rank),
          LOCAL_RANK: String(rank),
          WORLD_SIZE: String(ranks.length),
          LOCAL_WORLD_SIZE: String(ranks.length),
          MASTER_ADDR: '127.0.0.1',
          MASTER_PORT: String(port),
          ...env,
        },
      })
      return { exitCode, stderr }
    }),
  )
}

const sentence = (text: RegExp) => ({
  exitCode: 2,
  stderr: expect.stringMatching(new RegExp(`^gepo: .*${text.source}[^\\n]*$`)),
})

describe('ranks that torchrun starts', () => {
  it('all end with one sentence where rank 0 has no engine', async () => {
    const config = writeConfig('plain')
    const env = { GEPO_TRAINER: join(folder, 'none') }
    const found = await launch([{ config, env }, { config }, { config }])
    expect(found).toEqual(Array.from({ length: 3 }, () => sentence(/engine is not built/)))
  })

  it('all end with one sentence where they are on several machines and have no key', async () => {
    const config = writeConfig('plain')
    const env = { LOCAL_WORLD_SIZE: '1', MASTER_ADDR: 'node0' }
    const found = await launch([
      { config, env },
      { config, env },
    ])
    expect(found).toEqual(Array.from({ length: 2 }, () => sentence(/GEPO_RANK_KEY/)))
  })

  it('all end with one sentence where one has another configuration', async () => {
    const [config, other] = [writeConfig('plain'), writeConfig('other', { maxSteps: 3 })]
    const found = await launch([{ config }, { config }, { config: other }])
    expect(found).toEqual(Array.from({ length: 3 }, () => sentence(/Rank 2 .*another configuration/)))
  })

  it.skipIf(NO_ENGINE)('train together, and say where others could guess the key', async () => {
    const world = makeTinyWorld(20)
    const model = join(world.folder, 'qwen3')
    const rows = openTrainingRows(world.database)
    const sizes = { ...MODEL_SIZES.tiny, hidden: 32, intermediate: 96, vocabulary: 320 }
    await initModel(rows, { ...sizes, out: model, seed: 1, maxPositions: 1024, textBytes: 1e6 })
    rows.close()
    const given = { model, data: { groups: world.database }, batch: { groups: 4 }, maxSteps: 2 }
    const config = writeConfig('trained', { ...given, out: join(world.folder, 'trained') })
    const [rank0, rank1] = await launch([{ config }, { config }])
    expect([rank0!.exitCode, rank1]).toEqual([0, { exitCode: 0, stderr: '' }])
    expect(rank0!.stderr).toContain('set GEPO_RANK_KEY to a secret')
    expect(existsSync(join(world.folder, 'trained/model/model.safetensors'))).toBe(true)
  })

  it.skipIf(NO_ENGINE)('all end with one sentence where one has no engine', async () => {
    const config = writeConfig('plain')
    const env = { GEPO_TRAINER: join(folder, 'none') }
    const found = await launch([{ config }, { config, env }, { config }])
    expect(found).toEqual(Array.from({ length: 3 }, () => sentence(/engine is not built/)))
  })
})
