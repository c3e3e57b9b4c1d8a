import { describe, expect, it } from 'vitest'
import { firstNode, readLaunch, readSilence } from '../../../../src/train/tensor-engine/ranks/read-launch.ts'

const KEY = 'as long as a secret should be'
const TORCHRUN = {
  RANK: '5',
  WORLD_SIZE: '8',
  LOCAL_RANK: '1',
  LOCAL_WORLD_SIZE: '4',
  MASTER_ADDR: 'node0',
  MASTER_PORT: '29500',
  TORCHELASTIC_RUN_ID: 'none',
  GEPO_RANK_KEY: KEY,
}
const SRUN = {
  SLURM_JOB_ID: '41234',
  SLURM_STEP_ID: '0',
  SLURM_PROCID: '3',
  SLURM_LOCALID: '3',
  SLURM_STEP_NUM_TASKS: '8',
  SLURM_STEP_TASKS_PER_NODE: '4(x2)',
  SLURM_STEP_NODELIST: 'gpu[03-04]',
  GEPO_RANK_KEY: KEY,
}
const SECRET = { key: KEY, isKeyPublic: false, isOneMachine: false }

describe('the place of a process among ranks', () => {
  it('is what torchrun says, at the port after that of its own', () => {
    const place = { rank: 5, size: 8, localRank: 1, localSize: 4, host: 'node0', port: 29500, ...SECRET }
    expect(readLaunch(TORCHRUN)).toEqual(place)
    expect(readLaunch({ ...TORCHRUN, TORCHELASTIC_USE_AGENT_STORE: 'True' })).toEqual({
      ...place,
      port: 29501,
    })
  })

  it('is what srun says, at the first machine and a port of the job', () => {
    expect(readLaunch(SRUN)).toEqual({
      rank: 3,
      size: 8,
      localRank: 3,
      localSize: 4,
      host: 'gpu03',
      port: 21234,
      ...SECRET,
    })
    expect(readLaunch({ ...SRUN, MASTER_ADDR: 'other', MASTER_PORT: '5' })).toMatchObject({
      host: 'other',
      port: 5,
    })
  })

  it('is none where nothing was started beside it, as in a script of sbatch', () => {
    expect(readLaunch({})).toBeUndefined()
    expect(readLaunch({ ...TORCHRUN, RANK: '0', WORLD_SIZE: '1' })).toBeUndefined()
    expect(readLaunch({ SLURM_JOB_ID: '1', SLURM_NTASKS: '8', SLURM_PROCID: '0' })).toBeUndefined()
  })

  it('is refused where variables are missing or no numbers', () => {
    const { RANK: _, ...without } = TORCHRUN
    expect(() => readLaunch(without)).toThrow(/RANK is missing/)
    expect(() => readLaunch({ ...TORCHRUN, WORLD_SIZE: 'many' })).toThrow(/WORLD_SIZE is "many"/)
    expect(() => readLaunch({ ...TORCHRUN, RANK: '8' })).toThrow(/rank 8 of 8/)
  })

  it('needs a key on several machines, and one that nobody guesses', () => {
    const { GEPO_RANK_KEY: _, ...without } = TORCHRUN
    const { GEPO_RANK_KEY: __, ...srun } = SRUN
    for (const env of [without, srun]) expect(() => readLaunch(env)).toThrow(/GEPO_RANK_KEY.*openssl rand/)
    expect(() => readLaunch({ ...TORCHRUN, GEPO_RANK_KEY: 'gepo' })).toThrow(/4 characters/)
  })

  it('is the loopback on one machine, where the name of the start is a key that others may know', () => {
    const { GEPO_RANK_KEY: _, ...without } = { ...TORCHRUN, LOCAL_WORLD_SIZE: '8' }
    const onOne = { host: '127.0.0.1', isOneMachine: true }
    expect(readLaunch(without)).toMatchObject({ ...onOne, key: 'none', isKeyPublic: true })
    expect(readLaunch({ ...without, GEPO_RANK_KEY: KEY })).toMatchObject({
      ...onOne,
      key: KEY,
      isKeyPublic: false,
    })
    const { GEPO_RANK_KEY: __, ...one } = { ...SRUN, SLURM_STEP_TASKS_PER_NODE: '8' }
    expect(readLaunch(one)).toMatchObject({ ...onOne, key: '41234.0', isKeyPublic: true })
    expect(readLaunch({ RANK: '1', WORLD_SIZE: '2' })).toMatchObject({ ...onOne, isKeyPublic: true })
  })

  it('may be silent for a minute, or as long as is said', () => {
    expect(readSilence({})).toBe(60)
    expect(readSilence({ GEPO_RANK_SILENCE: '600' })).toBe(600)
    for (const text of ['0', '', '1.5', 'long'])
      expect(() => readSilence({ GEPO_RANK_SILENCE: text })).toThrow(/whole seconds/)
  })

  it.each([
    ['gpu[03-05,9],login', 'gpu03'],
    ['node7', 'node7'],
    ['a[1,3]', 'a1'],
    ['x,y', 'x'],
  ])('finds the first machine of %s', (list, first) => {
    expect(firstNode(list)).toBe(first)
  })
})
