/** The first items of a stream, until the signal is raised. */
export async function* takeItems<Item>(
  items: AsyncIterable<Item>,
  limit = Number.POSITIVE_INFINITY,
  signal: AbortSignal,
): AsyncGenerator<Item> {
  let left = limit
  for await (const item of items) {
    if (left-- <= 0 || signal.aborted) return
    yield item
  }
}
