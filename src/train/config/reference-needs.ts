/** A configuration in, what its run and the plan of its memory both take from it out: what draws, and what a reference is for. */
import type { GroupConfig, PairConfig, TrainConfig } from './train-config.ts'

export type OnPolicySettings = NonNullable<Extract<GroupConfig, { readonly onPolicy: unknown }>['onPolicy']>

/** Of answers that join groups; undefined where the method or the configuration has none. */
export function onPolicyOf(config: TrainConfig): OnPolicySettings | undefined {
  if (!('onPolicy' in config) || config.onPolicy === null) return undefined
  return config.method === 'oorl' && config.oorl.preferenceWeight === 0 ? undefined : config.onPolicy
}

/** Whether the loss of groups takes log-ratios against a reference. */
export function usesReference(config: GroupConfig | PairConfig): boolean {
  switch (config.method) {
    case 'sft':
      return false
    case 'dpo':
      return !config.dpo.referenceFree
    case 'gepo':
      return !config.gepo.referenceFree
    case 'oorl':
      return !(config.oorl.preference === 'dpo' ? config.dpo : config.gepo).referenceFree
  }
}

/** Whether answers are rewarded less a KL. */
export function takesKl(config: TrainConfig): boolean {
  if (!('rollout' in config) || config.reinforce.klCoefficient === 0) return false
  return config.method !== 'oorl' || config.oorl.reinforceWeight > 0
}

/** Whether a reference is asked while the model is trained: what it says of stored groups is known before. */
export function needsReference(config: TrainConfig): boolean {
  return takesKl(config) || ('batch' in config && onPolicyOf(config) !== undefined && usesReference(config))
}

/** Whether the model without its low-rank additions is the reference, so that there is no other one. */
export function isOwnReference({ engine: { training }, reference }: TrainConfig): boolean {
  return training.kind === 'lora' && training.adapter === null && reference === null
}
