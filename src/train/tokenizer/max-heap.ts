/** A priority queue: `push` in any order, `pop` gives what comes before all others by `before`. */
export interface MaxHeap<Item> {
  push(item: Item): void
  pop(): Item | undefined
}

export function createMaxHeap<Item>(before: (a: Item, b: Item) => boolean): MaxHeap<Item> {
  const items: Item[] = []
  const swap = (a: number, b: number) => {
    const item = items[a]!
    items[a] = items[b]!
    items[b] = item
  }
  return {
    push(item) {
      let at = items.push(item) - 1
      for (let up = (at - 1) >> 1; at > 0 && before(items[at]!, items[up]!); up = (at - 1) >> 1) {
        swap(at, up)
        at = up
      }
    },
    pop() {
      if (items.length === 0) return undefined
      swap(0, items.length - 1)
      const first = items.pop()
      for (let at = 0; ; ) {
        const left = 2 * at + 1
        const right = left + 1
        let best = at
        if (left < items.length && before(items[left]!, items[best]!)) best = left
        if (right < items.length && before(items[right]!, items[best]!)) best = right
        if (best === at) return first
        swap(at, best)
        at = best
      }
    },
  }
}
