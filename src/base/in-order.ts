/** Maps with at most `bound` calls open and gives the results in the order of the items. */
export async function* inOrder<T, R>(
  items: AsyncIterable<T>,
  bound: number,
  map: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const open: Promise<R>[] = []
  for await (const item of items) {
    open.push(map(item))
    if (open.length >= bound) yield await open.shift()!
  }
  while (open.length > 0) yield await open.shift()!
}
