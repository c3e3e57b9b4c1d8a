/** The optimisation levels a winner can come from; the paper's groups use the same compiler at several of them. */
export const LEVELS = ['O0', 'O1', 'O2', 'O3', 'Os', 'Oz'] as const
export type Level = (typeof LEVELS)[number]
