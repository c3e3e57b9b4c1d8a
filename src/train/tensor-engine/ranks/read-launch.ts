/** The variables of torchrun or of Slurm's srun in, this process's place among those that it started out. */
import { UserError } from '../../../base/user-error.ts'

export interface Launch {
  readonly rank: number
  /** How many there are on all machines. */
  readonly size: number
  /** Its number on its machine: the GPU that it takes. */
  readonly localRank: number
  /** How many there are on this machine. */
  readonly localSize: number
  /** Where rank 0 waits for the others. */
  readonly host: string
  readonly port: number
  /** `GEPO_RANK_KEY`; on one machine without it the launcher's name for this start. */
  readonly key: string
  /** Whether others on this machine may know the key. */
  readonly isKeyPublic: boolean
  /** Whether all ranks are on this machine: they talk over its loopback alone then. */
  readonly isOneMachine: boolean
}

/** As a launcher's variables say, before what follows from all of them together. */
type Place = Omit<Launch, 'key' | 'isKeyPublic' | 'isOneMachine'> & { readonly name: string }

const SHORTEST_KEY = 16
const MAKE_KEY = 'set it to the same random text for all ranks, such as that of "openssl rand -hex 32"'

/**
 * Undefined where no launcher started this process, or it started no other.
 * @throws UserError where a launcher's variables do not fit together, or ranks on several machines have no key in common
 */
export function readLaunch(env: NodeJS.ProcessEnv): Launch | undefined {
  const place = env.WORLD_SIZE === undefined ? readSlurm(env) : readTorchrun(env)
  if (place === undefined || place.size === 1) return undefined
  const { name, ...launch } = place
  const { rank, size, localSize, host } = launch
  if (rank >= size) {
    throw new UserError(
      `The launcher says that this is rank ${rank} of ${size}; unset RANK and WORLD_SIZE, or start all ranks by torchrun or srun.`,
    )
  }
  const isOneMachine = localSize === size || /^(localhost$|127\.)/.test(host)
  const secret = readKey(env)
  if (secret === undefined && !isOneMachine) {
    throw new UserError(
      `Ranks on several machines know each other by GEPO_RANK_KEY, and there is none; ${MAKE_KEY}.`,
    )
  }
  return {
    ...launch,
    host: isOneMachine ? '127.0.0.1' : host,
    key: secret ?? name,
    isKeyPublic: secret === undefined,
    isOneMachine,
  }
}

function readKey({ GEPO_RANK_KEY: key }: NodeJS.ProcessEnv): string | undefined {
  if (key === undefined || key.length >= SHORTEST_KEY) return key
  throw new UserError(
    `GEPO_RANK_KEY has ${key.length} characters, and fewer than ${SHORTEST_KEY} can be guessed; ${MAKE_KEY}.`,
  )
}

function readTorchrun(env: NodeJS.ProcessEnv): Place {
  const port = whole(env, 'MASTER_PORT', 29500)
  return {
    rank: whole(env, 'RANK'),
    size: whole(env, 'WORLD_SIZE'),
    localRank: whole(env, 'LOCAL_RANK', 0),
    localSize: whole(env, 'LOCAL_WORLD_SIZE', 1),
    host: env.MASTER_ADDR ?? '127.0.0.1',
    // The port itself may be torchrun's own, for its processes.
    port: env.TORCHELASTIC_USE_AGENT_STORE === 'True' ? port + 1 : port,
    name: env.TORCHELASTIC_RUN_ID ?? '',
  }
}

/** Only what srun itself starts has a step's size: a script of sbatch is one process, whatever the job's size. */
function readSlurm(env: NodeJS.ProcessEnv): Place | undefined {
  if (env.SLURM_STEP_NUM_TASKS === undefined) return undefined
  const job = whole(env, 'SLURM_JOB_ID')
  const perNode = (env.SLURM_STEP_TASKS_PER_NODE ?? '1').match(/^\d+/)
  return {
    rank: whole(env, 'SLURM_PROCID'),
    size: whole(env, 'SLURM_STEP_NUM_TASKS'),
    localRank: whole(env, 'SLURM_LOCALID'),
    localSize: Number(perNode?.[0] ?? 1),
    host: env.MASTER_ADDR ?? firstNode(env.SLURM_STEP_NODELIST ?? env.SLURM_JOB_NODELIST ?? '127.0.0.1'),
    port: whole(env, 'MASTER_PORT', 20_000 + (job % 20_000)),
    name: `${job}.${env.SLURM_STEP_ID ?? ''}`,
  }
}

const SILENCE_SECONDS = 60

/**
 * How long a rank may give no sign of life while it is asked something: `GEPO_RANK_SILENCE`, in seconds.
 * @throws UserError where that is no number of them
 */
export function readSilence({ GEPO_RANK_SILENCE: text }: NodeJS.ProcessEnv): number {
  if (text === undefined) return SILENCE_SECONDS
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new UserError(
    `GEPO_RANK_SILENCE is "${text}"; set it to whole seconds from 1 on, or leave it out for ${SILENCE_SECONDS}.`,
  )
}

/** @example firstNode('gpu[03-05,9],login') // 'gpu03' */
export function firstNode(list: string): string {
  const [, name, number = ''] = /^([^[,]+)(?:\[(\d+))?/.exec(list) ?? ['', list]
  return `${name}${number}`
}

function whole(env: NodeJS.ProcessEnv, name: string, fallback?: number): number {
  const text = env[name]
  if (text === undefined && fallback !== undefined) return fallback
  if (text !== undefined && /^\d{1,9}$/.test(text)) return Number(text)
  throw new UserError(
    `The launcher's variable ${name} is ${text === undefined ? 'missing' : `"${text}"`}; start all ranks by torchrun or srun, or unset WORLD_SIZE.`,
  )
}
