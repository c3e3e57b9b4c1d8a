/** A memory plan in, what `gepo train --dry-run` prints out. */
import type { MemoryPlan } from '../../train/model/plan-memory.ts'

export function renderMemoryPlan(plan: MemoryPlan): string {
  const { inputsOnly, everything } = plan.activationsPerToken
  const rows: (readonly [string, string, string])[] = [
    ...(plan.ranks > 1 ? [['devices', String(plan.ranks), 'what follows is of each of them'] as const] : []),
    ['weights', size(plan.weights), `${count(plan.parameters)} parameters`],
    ['gradients', size(plan.gradients), `${count(plan.trainableParameters)} of them trained`],
    ['optimiser', size(plan.optimizer), 'moments, and the missing bits of bfloat16 weights'],
    ...(plan.gathered > 0
      ? [['gathered', size(plan.gathered), 'weights and gradients that are whole for a while'] as const]
      : []),
    [
      'activations',
      size(plan.activations),
      `${count(plan.passTokens)} tokens in a pass; ${size(inputsOnly)} a token at least, ${size(everything)} without recomputation`,
    ],
    ['temporaries', size(plan.temporaries), 'of a layer, or of the head with its logits'],
    [
      'reference',
      size(plan.reference),
      plan.reference > 0 ? 'for the KL of answers' : 'its log-probabilities are stored',
    ],
    ...(plan.keysAndValues > 0
      ? [
          [
            'keys',
            size(plan.keysAndValues),
            'and values of answers that are drawn, while nothing else is',
          ] as const,
        ]
      : []),
    ['together', size(plan.total), "besides the allocator's and the libraries' own share"],
    ...(plan.host > 0
      ? [['host', size(plan.host), "in the host's memory, of all devices: the optimiser's state"] as const]
      : []),
    ['disk', size(plan.checkpoints), 'the last checkpoint, the best, and one being written'],
  ]
  const width = Math.max(...rows.map(([, bytes]) => bytes.length))
  return rows
    .map(([name, bytes, note]) => `${name.padEnd(12)}${bytes.padStart(width)}  ${note}`.trimEnd())
    .map((line) => `${line}\n`)
    .join('')
}

/** @example size(3 * 2 ** 29) // '1.50 GiB' */
function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  const value = bytes / 2 ** (10 * power)
  return `${power === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(2)} ${units[power]}`
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
