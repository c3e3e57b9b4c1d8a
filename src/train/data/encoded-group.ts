/** A group as a model sees it: ids, winners first. Every sequence is the prompt's ids followed by a response's. */
export interface EncodedGroup {
  readonly id: string
  readonly prompt: Int32Array
  /** Of the winners, then of the losers. */
  readonly responses: readonly Int32Array[]
  readonly winners: number
  /** What is known of each loser, in their order. */
  readonly losers: readonly LoserTraits[]
}

export interface LoserTraits {
  readonly class: string
  readonly operator: string
}

/** Tokens that a forward pass over all of the group's sequences has. */
export function groupTokens({ prompt, responses }: EncodedGroup): number {
  return responses.reduce((sum, response) => sum + prompt.length + response.length, 0)
}

/** Without its losers, for a method that learns from winners alone. */
export function winnersOf(group: EncodedGroup): EncodedGroup {
  return { ...group, responses: group.responses.slice(0, group.winners), losers: [] }
}
