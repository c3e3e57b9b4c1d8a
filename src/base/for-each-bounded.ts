/** A few more than the jobs, so that no thread of the pool waits for the main thread. */
export const tasksAtATime = (jobs: number) => jobs + 2

/** Calls `work` for every item with at most `bound` calls open; ends when all are done. */
export async function forEachBounded<T>(
  items: AsyncIterable<T>,
  bound: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const open = new Set<Promise<void>>()
  let failure: { error: unknown } | undefined
  for await (const item of items) {
    const task: Promise<void> = work(item)
      .catch((error: unknown) => {
        failure ??= { error }
      })
      .finally(() => open.delete(task))
    open.add(task)
    if (open.size >= bound) await Promise.race(open)
    if (failure) break
  }
  await Promise.all(open)
  if (failure) throw failure.error
}
