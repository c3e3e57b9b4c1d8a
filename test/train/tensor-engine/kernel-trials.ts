/** Every kernel on shapes that are easy to get wrong: one row, odd sizes, rows long enough to be shared by many threads. */
import { integers, random, type Trial } from './try-kernel.ts'

export interface NamedTrial extends Trial {
  readonly title: string
  /** How far float32 may be from libtorch's operations, relative to the largest entry: 2 to 5 times what was seen. */
  readonly float32: number
}

const EPSILON = 1e-6

/** [rows, width]; 16 bytes at a time need a multiple of 8. */
const SHAPES = [
  [1, 8],
  [1, 1],
  [3, 7],
  [2, 64],
  [5, 136],
  [1300, 24],
  [37, 4096],
  [2, 12_289],
] as const

const norms = SHAPES.flatMap(([rows, width]): NamedTrial[] => {
  const [x, weight, other] = [random([rows, width]), random([width]), random([rows, width])]
  const size = `${rows} x ${width}`
  const common = { numbers: [EPSILON], float32: 2e-6 }
  return [
    { title: `norm of ${size}`, name: 'norm', tensors: [x, weight], ...common },
    { title: `norm of a sum, ${size}`, name: 'norm', tensors: [x, weight, other], ...common },
    {
      title: `norm's derivative, ${size}`,
      name: 'backwardNorm',
      tensors: [x, weight, other],
      ...common,
      float32: 1e-5,
    },
    {
      title: `norm's derivative beside a residual, ${size}`,
      name: 'backwardNorm',
      tensors: [x, weight, other, random([rows, width])],
      ...common,
      float32: 1e-5,
    },
  ]
})

const gates = SHAPES.flatMap(([rows, width]): NamedTrial[] => {
  const gateUp = random([rows, 2 * width], 12)
  const d = random([rows, width])
  const size = `${rows} x ${width}`
  return [
    { title: `gate of ${size}`, name: 'gate', tensors: [gateUp], float32: 2e-6 },
    { title: `gate's derivative, ${size}`, name: 'backwardGate', tensors: [gateUp, d], float32: 2e-6 },
  ]
})

/** [tokens, heads, key heads, head size] */
const HEADS = [
  [1, 1, 1, 2],
  [3, 4, 2, 6],
  [17, 4, 1, 16],
  [5, 8, 2, 64],
  [40, 32, 8, 128],
  [3, 2, 2, 256],
  [900, 4, 2, 8],
] as const

const heads = HEADS.flatMap(([tokens, count, keys, size]) =>
  [true, false].flatMap((hasNorms): NamedTrial[] => {
    const qkv = random([tokens, (count + 2 * keys) * size])
    const weights = hasNorms ? [random([size]), random([size])] : []
    const numbers = [count, keys, size, EPSILON]
    const positions = integers(tokens, 4000)
    const title = `${tokens} tokens with ${count}+${keys} heads of ${size}${hasNorms ? ', normalised' : ''}`
    const d = [random([tokens, count, size]), random([tokens, keys, size]), random([tokens, keys, size])]
    return [
      {
        title: `rotary of ${title}`,
        name: 'heads',
        tensors: [qkv, positions, ...weights],
        numbers,
        float32: 2e-6,
      },
      {
        title: `rotary's derivative, ${title}`,
        name: 'backwardHeads',
        tensors: [qkv, positions, ...d, ...weights],
        numbers,
        float32: 1e-5,
      },
    ]
  }),
)

/** [rows, hidden, vocabulary] */
const HEADS_OF_MODELS = [
  [1, 4, 1],
  [5, 8, 97],
  [9, 16, 5000],
  [3, 3, 33_000],
] as const

const logProbs = HEADS_OF_MODELS.flatMap(([rows, hidden, vocabulary]): NamedTrial[] => {
  const given = [random([rows, hidden], 3), random([vocabulary, hidden], 3), integers(rows, vocabulary)]
  const slopes = random([rows])
  const numbers = [4]
  const title = `${rows} rows over ${vocabulary} tokens`
  return [
    { title: `log-probabilities of ${title}`, name: 'logProbs', tensors: given, numbers, float32: 1e-5 },
    {
      title: `log-probabilities' derivative, ${title}`,
      name: 'backwardLogProbs',
      tensors: [...given, slopes],
      numbers,
      float32: 1e-5,
    },
    {
      title: `log-probabilities' and entropies' derivative, ${title}`,
      name: 'backwardLogProbs',
      tensors: [...given, slopes, random([rows])],
      numbers,
      float32: 1e-5,
    },
  ]
})

/** [rows of the table, width, rows added] */
const ADDED = [
  [1, 1, 1],
  [5, 7, 40],
  [50, 256, 300],
  [3, 300, 700],
] as const

const added = ADDED.map(
  ([table, width, rows]): NamedTrial => ({
    title: `${rows} rows of ${width} added to ${table}`,
    name: 'addRows',
    tensors: [random([table, width]), integers(rows, table), random([rows, width])],
    float32: 5e-6,
  }),
)

export const TRIALS: readonly NamedTrial[] = [...norms, ...gates, ...heads, ...logProbs, ...added]

/** AdamW on `count` entries: value, gradient, first moment, second moment; what comes out is laid out so, too. */
export function adamwTrial(count: number, options: { hasMaster?: boolean; steps?: number } = {}): Trial {
  const hasMaster = options.hasMaster ?? false
  const second = random([count])
  return {
    name: 'adamw',
    tensors: [
      { ...random([count]), ...(hasMaster && { numberType: 'float32' as const }) },
      random([count], 0.1),
      random([count], 0.1),
      { ...second, values: second.values.map((x) => x * x) },
    ],
    numbers: [3, 1e-2, 0.1, 0.7, options.steps ?? 1, hasMaster ? 1 : 0],
  }
}
