/** The model that log-ratios are taken against while a run goes on: for the KL of answers, and for groups of the model's own. */
import { isOwnReference } from '../config/reference-needs.ts'
import type { TrainConfig } from '../config/train-config.ts'
import type { ReferenceModel } from '../policy/rollouts.ts'
import type { Device, Model, TensorEngine } from '../tensor-engine/tensor-engine.ts'
import { openReferenceOptions } from './open-options.ts'

/** With low-rank additions the very model without them, else a frozen one beside it, which the caller closes. */
export async function openReferenceModel(
  config: TrainConfig,
  engine: TensorEngine,
  device: Device,
  policy: Model,
): Promise<{ readonly reference: ReferenceModel; close(): Promise<void> }> {
  if (isOwnReference(config)) {
    return { reference: { model: policy, options: { withoutAdapter: true } }, close: async () => {} }
  }
  const model = await engine.openModel(openReferenceOptions(config, device))
  return { reference: { model, options: {} }, close: () => model.close() }
}
