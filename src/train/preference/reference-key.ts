/** What the log-probabilities of a frozen model are kept under: its files, and how they are computed with. */
import { createHash } from 'node:crypto'
import type { TrainConfig } from '../config/train-config.ts'
import type { Device } from '../tensor-engine/tensor-engine.ts'
import { hashModel } from './hash-model.ts'

/** @param modelHash by `hashModel`, where it is known already */
export async function referenceKey(
  folder: string,
  { engine }: TrainConfig,
  device: Device,
  modelHash?: string,
): Promise<string> {
  const parts = [modelHash ?? (await hashModel(folder)), engine.numberType, device === 'cpu' ? 'cpu' : 'cuda']
  return createHash('sha256').update(parts.join('\n')).digest('hex')
}
