/** How large a new model is: a size by name, and what may differ from it. */

/** The proportions of Qwen3's smaller models; parameters with the vocabulary's part, which the embedding has once. */
export const MODEL_SIZES = {
  /** 0.2 million: seconds for a test. */
  tiny: {
    hidden: 64,
    layers: 2,
    heads: 4,
    keyHeads: 2,
    headSize: 16,
    intermediate: 192,
    vocabulary: 1024,
  },
  /** 4 million: minutes on a CPU. */
  small: {
    hidden: 256,
    layers: 4,
    heads: 4,
    keyHeads: 2,
    headSize: 64,
    intermediate: 768,
    vocabulary: 4096,
  },
  /** 30 million. */
  medium: {
    hidden: 512,
    layers: 8,
    heads: 8,
    keyHeads: 4,
    headSize: 64,
    intermediate: 1536,
    vocabulary: 8192,
  },
  /** 250 million. */
  large: {
    hidden: 1024,
    layers: 16,
    heads: 16,
    keyHeads: 8,
    headSize: 64,
    intermediate: 3072,
    vocabulary: 16384,
  },
} as const

export type ModelSize = keyof typeof MODEL_SIZES

export const DEFAULT_MODEL_SIZE: ModelSize = 'small'
export const DEFAULT_MAX_POSITIONS = 8192
export const DEFAULT_TEXT_BYTES = 16_000_000

export interface NewModelSizes {
  /** Default {@link DEFAULT_MODEL_SIZE}. */
  readonly size?: ModelSize | undefined
  /** Entries of the tokenizer at most, width and number of the layers: default by the size. */
  readonly vocabulary?: number | undefined
  readonly hidden?: number | undefined
  readonly layers?: number | undefined
  /** The longest sequence that it takes; default {@link DEFAULT_MAX_POSITIONS}. */
  readonly maxPositions?: number | undefined
  /** Text that the tokenizer is made from, at most; default {@link DEFAULT_TEXT_BYTES}. */
  readonly textBytes?: number | undefined
}

/** All sizes of a new model, from those that are given. */
export function sizesOf(given: NewModelSizes) {
  const preset = MODEL_SIZES[given.size ?? DEFAULT_MODEL_SIZE]
  return {
    ...preset,
    ...(given.hidden !== undefined && widthOf(given.hidden, preset.heads)),
    layers: given.layers ?? preset.layers,
    vocabulary: given.vocabulary ?? preset.vocabulary,
    maxPositions: given.maxPositions ?? DEFAULT_MAX_POSITIONS,
    textBytes: given.textBytes ?? DEFAULT_TEXT_BYTES,
  }
}

/** In the proportions of the sizes: heads as wide together as the layer, each of an even width for its rotation. */
function widthOf(hidden: number, heads: number) {
  return { hidden, intermediate: 3 * hidden, headSize: 2 * Math.max(1, Math.round(hidden / heads / 2)) }
}
