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
  /** What tells this start from others: the launcher's name for it, or `GEPO_RANK_KEY`. */
  readonly key: string
}

/**
 * Undefined where no launcher started this process, or it started no other.
 * @throws UserError where a launcher's variables do not fit together
 */
export function readLaunch(env: NodeJS.ProcessEnv): Launch | undefined {
  const launch = env.WORLD_SIZE === undefined ? readSlurm(env) : readTorchrun(env)
  if (launch === undefined || launch.size === 1) return undefined
  if (launch.rank >= launch.size) {
    throw new UserError(
      `The launcher says that this is rank ${launch.rank} of ${launch.size}; unset RANK and WORLD_SIZE, or start all ranks by torchrun or srun.`,
    )
  }
  return launch
}

function readTorchrun(env: NodeJS.ProcessEnv): Launch {
  const port = whole(env, 'MASTER_PORT', 29500)
  return {
    rank: whole(env, 'RANK'),
    size: whole(env, 'WORLD_SIZE'),
    localRank: whole(env, 'LOCAL_RANK', 0),
    localSize: whole(env, 'LOCAL_WORLD_SIZE', 1),
    host: env.MASTER_ADDR ?? '127.0.0.1',
    // The port itself may be torchrun's own, for its processes.
    port: env.TORCHELASTIC_USE_AGENT_STORE === 'True' ? port + 1 : port,
    key: env.GEPO_RANK_KEY ?? env.TORCHELASTIC_RUN_ID ?? '',
  }
}

/** Only what srun itself starts has a step's size: a script of sbatch is one process, whatever the job's size. */
function readSlurm(env: NodeJS.ProcessEnv): Launch | undefined {
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
    key: env.GEPO_RANK_KEY ?? `${job}.${env.SLURM_STEP_ID ?? ''}`,
  }
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
