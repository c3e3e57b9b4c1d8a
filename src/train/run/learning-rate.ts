/** The learning rate of a step. */
import type { TrainConfig } from '../config/train-config.ts'

/**
 * Rises in equal parts over the warm-up, is at its peak in the first step after it, then falls to 0 (which the step
 * after the last would have) along a cosine or a line, or stays. As transformers' schedules, but that the first step
 * of the warm-up is not lost to a rate of 0.
 *
 * @param step counted from 0
 */
export function learningRateAt(
  step: number,
  steps: number,
  peak: number,
  { kind, warmupRatio }: TrainConfig['schedule'],
): number {
  const warmup = Math.ceil(warmupRatio * steps)
  if (step < warmup) return (peak * (step + 1)) / (warmup + 1)
  const progress = (step - warmup) / Math.max(1, steps - warmup)
  if (kind === 'constant') return peak
  return kind === 'linear' ? peak * (1 - progress) : peak * 0.5 * (1 + Math.cos(Math.PI * progress))
}
