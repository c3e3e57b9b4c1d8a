/**
 * Mutants enter, the ones to try leave, in the order in which to try them: a few should serve as well as all.
 * The order depends on the mutants and the seed alone, not on the order they come in.
 */
import { createHash } from 'node:crypto'
import type { Mutant } from '../records/mutant.ts'

interface MutantChoice {
  /** The most that are chosen. */
  readonly count: number
  readonly seed: number
}

/**
 * Takes turns among the operators, each time the operator's mutant on the line chosen from least so far; mutants
 * that are unlikely to serve come after all others.
 */
export function chooseMutants(mutants: readonly Mutant[], { count, seed }: MutantChoice): Mutant[] {
  const key = (text: string) => createHash('sha256').update(`${seed}:${text}`).digest('hex')
  // Units of one seed should not all begin with the same operator.
  const salt = mutants.map(({ id }) => id).toSorted()[0]
  const keys = new Map(mutants.map(({ id }) => [id, key(id)]))
  const shuffled = mutants.toSorted((a, b) => compare(keys.get(a.id)!, keys.get(b.id)!))
  const queues = [...Map.groupBy(shuffled, ({ operator }) => operator)]
    .map(([operator, queue]) => ({ turn: key(`${salt}:${operator}`), queue }))
    .sort((a, b) => compare(a.turn, b.turn))
    .map(({ queue }) => queue)

  const timesChosen = new Map<number, number>()
  const takeTurns = (rounds: readonly Mutant[][]): Mutant[] => {
    const chosen: Mutant[] = []
    const open = rounds.map((queue) => [...queue])
    while (open.some((queue) => queue.length > 0)) {
      for (const queue of open) {
        if (queue.length === 0) continue
        const uses = queue.map(({ line }) => timesChosen.get(line) ?? 0)
        const mutant = queue.splice(uses.indexOf(Math.min(...uses)), 1)[0]!
        timesChosen.set(mutant.line, (timesChosen.get(mutant.line) ?? 0) + 1)
        chosen.push(mutant)
        if (chosen.length >= count) return chosen
      }
    }
    return chosen
  }

  if (count <= 0) return []
  const likely = takeTurns(queues.map((queue) => queue.filter(({ unlikely }) => !unlikely)))
  return [...likely, ...takeTurns(queues.map((queue) => queue.filter(({ unlikely }) => unlikely)))].slice(
    0,
    count,
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
