/**
 * How far a loser's text is from a winner's, and on how many inputs it behaves like one, in; one number out, which says
 * how hard it is to tell the loser from a winner.
 */

/**
 * `((1 - tokenDistance) + (1 - shown)) / 2`, 0 to 1, larger is harder: the mean of the part of the text that is the
 * nearest winner's and of the part of the inputs that show no difference.
 *
 * @param tokenDistance to the nearest winner, see `editDistance`
 * @param shown share of the group's inputs that show the difference; 1 for what the assembler refuses
 * @example loserDifficulty(0.02, 0.25) // 0.865
 */
export const loserDifficulty = (tokenDistance: number, shown: number): number =>
  (1 - tokenDistance + (1 - shown)) / 2
