import { LINEAR_LAYERS, type LinearLayer } from '../config/engine-defaults.ts'
import type { NumberType, Training } from './tensor-engine.ts'

/** {@link Training} with everything said. It is kept beside saved states, which are for the very same only. */
export type FilledTraining =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'full'
      readonly gradients: NumberType
      readonly moments: NumberType
      readonly master: boolean
      readonly seed: number
    }
  | {
      readonly kind: 'lora'
      readonly rank: number
      readonly alpha: number
      /** Absent for all: so states say that were saved before one could choose. */
      readonly targets?: readonly LinearLayer[]
      readonly seed: number
    }

export function fillTraining(training: Training, numberType: NumberType): FilledTraining {
  if (training.kind === 'none') return { kind: 'none' }
  const seed = training.seed ?? 0
  if (training.kind === 'lora') {
    const { rank, alpha } = training
    const targets = LINEAR_LAYERS.filter((layer) => training.targets?.includes(layer) ?? true)
    return { kind: 'lora', rank, alpha, ...(targets.length < LINEAR_LAYERS.length && { targets }), seed }
  }
  const wide = numberType === 'float64' ? 'float64' : 'float32'
  return {
    kind: 'full',
    gradients: wide === 'float64' ? wide : (training.gradients ?? wide),
    moments: wide === 'float64' ? wide : (training.moments ?? wide),
    // Of wider weights nothing is missing.
    master: numberType === 'bfloat16' && (training.master ?? true),
    seed,
  }
}
