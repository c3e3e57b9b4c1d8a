/** What the log-probabilities of a frozen model are kept under: its files, and how they are computed with. */
import { createHash } from 'node:crypto'
import type { TrainConfig } from '../config/train-config.ts'
import type { Device } from '../tensor-engine/tensor-engine.ts'
import { hashModel } from './hash-model.ts'

/** @param referenceHash by {@link hashReference} */
export function referenceKey({ engine }: TrainConfig, device: Device, referenceHash: string): string {
  return sha256([referenceHash, engine.numberType, device === 'cpu' ? 'cpu' : 'cuda'])
}

/** Of the frozen model that log-ratios are taken against. */
export async function hashReference(config: TrainConfig): Promise<string> {
  return config.reference === null ? hashStart(config) : hashModel(config.reference)
}

/** Of what training begins with: the model, and the adapter where there is one. */
export async function hashStart({ model, engine: { training } }: TrainConfig): Promise<string> {
  const own = await hashModel(model)
  if (training.kind !== 'lora' || training.adapter === null) return own
  return sha256([own, await hashModel(training.adapter), training.rank, training.alpha])
}

function sha256(parts: readonly (string | number)[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex')
}
