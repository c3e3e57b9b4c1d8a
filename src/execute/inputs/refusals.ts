/** Inputs that were refused in, why there is no input at all out: the reason that the most of them share. */

export interface Refusal {
  /** Whether the input was refused by the plain run or by the screen. */
  readonly stage: 'input' | 'screen-original'
  readonly reason: string
  readonly detail: string
}

export class Refusals {
  readonly #all: Refusal[] = []

  add(stage: Refusal['stage'], { reason, detail }: Omit<Refusal, 'stage'>): void {
    this.#all.push({ stage, reason, detail })
  }

  get count(): number {
    return this.#all.length
  }

  areAll(reason: string): boolean {
    return this.#all.every((refusal) => refusal.reason === reason)
  }

  find(reason: string): Refusal | undefined {
    return this.#all.find((refusal) => refusal.reason === reason)
  }

  /**
   * What the screen says comes first: it names the fault, where a plain run shows what came of it.
   *
   * @param tried inputs, for the detail
   */
  mostFrequent(tried: number): Refusal {
    const screened = this.#all.filter(({ stage }) => stage === 'screen-original')
    const of = screened.length > 0 ? screened : this.#all
    const counts = new Map<string, number>()
    for (const { reason } of of) counts.set(reason, (counts.get(reason) ?? 0) + 1)
    const [most] = [...counts].sort((a, b) => b[1] - a[1])
    const first = of.find(({ reason }) => reason === most?.[0])
    const detail = `${tried} inputs tried`
    if (first === undefined) return { stage: 'input', reason: 'no-input', detail }
    return { ...first, detail: first.detail || detail }
  }
}
