/** A loss of preferences without what is against displacement: the paper's. */
export const PLAIN = { winnerFloor: 0, targetMargin: 0, labelSmoothing: 0, winnerLikelihood: 0 } as const
