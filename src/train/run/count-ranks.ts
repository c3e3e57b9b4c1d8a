/** A configuration in, how many processes train as it says out. */
import { UserError } from '../../base/user-error.ts'
import type { TrainConfig } from '../config/train-config.ts'
import { loadAddon } from '../tensor-engine/addon.ts'
import { readLaunch } from '../tensor-engine/ranks/read-launch.ts'
import { chooseDevice } from './open-options.ts'

/**
 * Those that rank 0 starts itself on this machine, itself among them.
 * @throws UserError where the configuration asks for more than there is
 */
export async function countOwnRanks(
  config: TrainConfig,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly size: number; readonly isOnGpu: boolean }> {
  const addon = loadAddon(env)
  const isOnGpu = chooseDevice(config, { hasCuda: addon.start(0) }) !== 'cpu'
  const gpus = isOnGpu ? (await addon.call<string[]>('listGpus', {})).length : 0
  return { size: ranksOf(config, isOnGpu, gpus), isOnGpu }
}

function ranksOf({ engine: { devices } }: TrainConfig, isOnGpu: boolean, gpus: number): number {
  if (!isOnGpu) return devices === 'all' ? 1 : devices
  if (devices === 'all') return gpus
  if (devices <= gpus) return devices
  throw new UserError(
    `"engine.devices: ${devices}" asks for more GPUs than the ${gpus} that there are; lower it, or set it to all.`,
  )
}

/**
 * For the plan of a run, which may be for another machine: a number of devices that the configuration gives is taken as it is.
 * @throws UserError where "all" cannot be counted here
 */
export async function plannedRanks(config: TrainConfig, env: NodeJS.ProcessEnv): Promise<number> {
  const { device, devices } = config.engine
  const launch = readLaunch(env)
  if (launch !== undefined) return launch.size
  if (devices !== 'all') return devices
  if (device === 'cpu') return 1
  try {
    return (await countOwnRanks(config, env)).size
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw new UserError(
      `"engine.devices: all" cannot be counted here (${error.message}) Name their number, as by --set engine.devices=4.`,
    )
  }
}
