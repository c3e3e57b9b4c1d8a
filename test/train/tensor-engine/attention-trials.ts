/** Attention over sequences some of which share prompts, each token with a number of its own, a shared one with the same. */
import { random, type Trial, tensor } from './try-kernel.ts'

export interface AttentionCase {
  readonly title: string
  readonly heads: readonly [queries: number, keys: number, size: number]
  /** Of each prompt: its length, and those of the responses to it. */
  readonly prompts: readonly (readonly [length: number, responses: readonly number[]])[]
}

export const ATTENTION_CASES: readonly AttentionCase[] = [
  { title: 'one response, which shares with none', heads: [4, 2, 8], prompts: [[5, [7]]] },
  { title: 'two responses', heads: [2, 2, 16], prompts: [[4, [3, 6]]] },
  { title: 'odd lengths', heads: [6, 2, 8], prompts: [[33, [1, 17, 31, 65]]] },
  { title: 'responses of one token', heads: [4, 1, 8], prompts: [[9, [1, 1, 1]]] },
  {
    title: 'many prompts, shared and not, some with nothing to share them for',
    heads: [4, 2, 8],
    prompts: [
      [3, [1, 1]],
      [7, [5, 2, 9]],
      [1, [4, 4]],
      [12, [8]],
      [20, [1, 30]],
      [2, [1]],
    ],
  },
  { title: 'heads of the size of large models', heads: [8, 2, 128], prompts: [[70, [40, 3, 129]]] },
]

/** Output, and derivatives by queries, keys and values, of every token by its number. */
export function attentionTrial(
  { heads, prompts }: AttentionCase,
  options: { sharesPrompts: boolean; byProducts: boolean },
): Trial {
  const ids: number[] = []
  const offsets = [0]
  const promptLengths: number[] = []
  let next = 0
  const numbers = (length: number) => Array.from({ length }, () => next++)
  for (const [length, responses] of prompts) {
    const prompt = numbers(length)
    for (const response of responses) {
      ids.push(...prompt, ...numbers(response))
      offsets.push(ids.length)
      promptLengths.push(length)
    }
  }
  const [queries, keys, size] = heads
  const integers = (values: readonly number[]) => ({
    ...tensor([values.length], Float64Array.from(values)),
    numberType: 'int64' as const,
  })
  const of = (count: number) => random([next, count, size])
  return {
    name: 'attention',
    tensors: [
      of(queries),
      of(keys),
      of(keys),
      of(queries),
      integers(ids),
      integers(offsets),
      integers(promptLengths),
    ],
    numbers: [Number(options.sharesPrompts), Number(options.byProducts)],
  }
}
