/** Defaults of the tensor engine that its configuration and the engine itself both state. */

/** Rows of logits held at a time: 0.6 GiB with 151,936 entries. */
export const DEFAULT_LOGIT_ROWS = 1024
