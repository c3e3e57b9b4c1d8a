/** What may accompany any long call: a listener for what it says while it works, and a signal that ends it early. */
export interface Watch<Event> {
  /** Must be quick and must not throw. */
  readonly report?: ((event: Event) => void) | undefined
  /** Raised: what is finished stays, and the same call goes on from there later. */
  readonly signal?: AbortSignal | undefined
}

/** A watch with both parts, as the stages take it. */
export function fullWatch<Event>({ report = () => {}, signal = new AbortController().signal }: Watch<Event>) {
  return { report, signal }
}
