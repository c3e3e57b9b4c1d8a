/** Runs of clean inputs in, which edges of the unit they took, and how often at the most, out. */
import type { Coverage } from '../code-engine.ts'

type Hits = Coverage['hits']

export class ReachedEdges {
  /** By edge, in the steps of `Coverage`. */
  readonly #most: Map<number, number>

  constructor(others?: ReachedEdges) {
    this.#most = new Map(others === undefined ? [] : others.#most)
  }

  /** How many different ones. */
  get count(): number {
    return this.#most.size
  }

  /** Whether the run takes an edge for the first time, or more often than any clean run before. */
  isNew(hits: Hits): boolean {
    return hits.some((bucket, edge) => bucket > (this.#most.get(edge) ?? 0))
  }

  add(hits: Hits): void {
    hits.forEach((bucket, edge) => {
      if (bucket > (this.#most.get(edge) ?? 0)) this.#most.set(edge, bucket)
    })
  }

  /** Those that would reach something new if all before them were clean. */
  newTogether<Run extends { readonly hits: Hits }>(runs: readonly Run[]): Run[] {
    const together = new ReachedEdges(this)
    return runs.filter(({ hits }) => {
      const isNew = together.isNew(hits)
      if (isNew) together.add(hits)
      return isNew
    })
  }
}
