/** The native engine for tests, one thread; where it is not built, tests skip with the reason in their name. */
import { existsSync } from 'node:fs'
import { trainerPath } from '../../../src/train/tensor-engine/addon.ts'
import type { NativeModel } from '../../../src/train/tensor-engine/native-model.ts'
import { openTensorEngine } from '../../../src/train/tensor-engine/open-tensor-engine.ts'
import type { OpenModelOptions } from '../../../src/train/tensor-engine/tensor-engine.ts'
import { scratchFolder } from '../../scratch-folder.ts'

export const NO_ENGINE = existsSync(trainerPath(process.env))
  ? undefined
  : 'skipped: the tensor engine is not built (`npm run setup`)'

/** A folder that goes with the test file. */
export const SCRATCH = scratchFolder()

/** Opens a checkpoint for full training in float32 on the CPU, unless `options` say otherwise. */
export async function openTiny(
  folder: string,
  options: Partial<Omit<OpenModelOptions, 'folder'>> = {},
): Promise<NativeModel> {
  const engine = openTensorEngine({ threads: 1 })
  const model = await engine.openModel({
    folder,
    device: 'cpu',
    numberType: 'float32',
    training: { kind: 'full' },
    ...options,
  })
  // The tests look at what the interface does not show.
  return model as NativeModel
}
