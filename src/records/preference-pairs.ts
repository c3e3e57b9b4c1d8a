/** How a group's winners and losers become pairs, for DPO and for export. */

/**
 * `all`: every winner against every loser. `matched`: the i-th winner against the i-th loser, the shorter list from
 * the front again, so that each response is in the fewest pairs.
 */
export const PAIRINGS = ['all', 'matched'] as const
export type Pairing = (typeof PAIRINGS)[number]

/**
 * @returns indices of winner and loser, none where there is nothing of one kind
 * @example preferencePairs(1, 2, 'all') // [[0, 0], [0, 1]]
 */
export function preferencePairs(winners: number, losers: number, pairing: Pairing): [number, number][] {
  if (winners === 0 || losers === 0) return []
  return pairing === 'all'
    ? Array.from({ length: winners * losers }, (_, i) => [Math.floor(i / losers), i % losers])
    : Array.from({ length: Math.max(winners, losers) }, (_, i) => [i % winners, i % losers])
}
