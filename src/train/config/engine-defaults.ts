/** What the configuration of the tensor engine and the engine itself both state. */

/** Rows of logits held at a time: 0.6 GiB with 151,936 entries. */
export const DEFAULT_LOGIT_ROWS = 1024

/** Positions of a page of keys and values: what an answer that is being drawn leaves unused is half of it on average. */
export const DEFAULT_PAGE_SIZE = 64

/** The linear layers of a decoder that a low-rank addition may be of, by their names in checkpoints. */
export const LINEAR_LAYERS = [
  'q_proj',
  'k_proj',
  'v_proj',
  'o_proj',
  'gate_proj',
  'up_proj',
  'down_proj',
] as const
export type LinearLayer = (typeof LINEAR_LAYERS)[number]
