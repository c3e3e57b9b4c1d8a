/** Items in, one after the other; some of them out, each of them with the same chance to be among those. */
import type { Random } from '../base/random.ts'

export class Sample<T> {
  readonly #random: Random
  readonly #most: number
  readonly #items: T[] = []
  #offered = 0

  /** @param most items kept */
  constructor(random: Random, most: number) {
    this.#random = random
    this.#most = most
  }

  get items(): readonly T[] {
    return this.#items
  }

  offer(item: T): void {
    this.#offered++
    if (this.#items.length < this.#most) {
      this.#items.push(item)
      return
    }
    const at = this.#random.int(0, this.#offered - 1)
    if (at < this.#most) this.#items[at] = item
  }
}
