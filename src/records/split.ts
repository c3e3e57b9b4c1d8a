/** The parts of a data set: what a model learns from, what choices are made by, and what is reported. */
export const SPLITS = ['train', 'validation', 'test'] as const

export type Split = (typeof SPLITS)[number]
