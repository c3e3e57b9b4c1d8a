/**
 * As many works at a time as there are slots, and a bounded number that wait for one. What does not fit is refused at
 * once. In: work with the signal of the client that wants it. Out: its result, or a RequestError.
 */
import { RequestError } from './request-error.ts'

/** Of all requests that are here, whatever each may hold. */
const MOST_HELD_BYTES = 1024 ** 3

/** What a request holds of the queue from its first byte to its last answer. */
export interface Place {
  /** Makes it a place for that many works. @throws RequestError where they do not fit */
  widen(works: number): void
  /** @throws RequestError where the server stops before the work has begun */
  run<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result>
  leave(): void
}

interface Waiting {
  begin(): void
  refuse(error: RequestError): void
}

export class WorkQueue {
  readonly #slots: number
  readonly #capacity: number
  readonly #waiting: Waiting[] = []
  #running = 0
  #taken = 0
  #heldBytes = 0
  #onIdle: (() => void) | undefined
  #isStopped = false

  /** @param length how many works may wait beside those that run */
  constructor(slots: number, length: number) {
    this.#slots = slots
    this.#capacity = slots + length
  }

  get running(): number {
    return this.#running
  }

  /** Places that are taken and not running yet, those included whose request is still being read. */
  get waiting(): number {
    return this.#taken - this.#running
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  /** A place for one work. @throws RequestError where there is none */
  enter(bytes: number): Place {
    if (this.#isStopped) throw stopping()
    if (this.#heldBytes + bytes > MOST_HELD_BYTES) throw full()
    this.#take(1)
    this.#heldBytes += bytes
    let works = 1
    return {
      widen: (wanted) => {
        this.#take(wanted - works)
        works = wanted
      },
      run: (signal, work) => this.#run(signal, work),
      leave: () => {
        this.#taken -= works
        this.#heldBytes -= bytes
        works = 0
      },
    }
  }

  /** Nothing begins any more: what waits is refused. Ends when nothing runs. */
  async stop(): Promise<void> {
    this.#isStopped = true
    for (const waiting of this.#waiting.splice(0)) waiting.refuse(stopping())
    if (this.#running === 0) return
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve
    })
  }

  #take(places: number): void {
    if (this.#taken + places > this.#capacity) throw full()
    this.#taken += places
  }

  async #run<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    signal.throwIfAborted()
    if (this.#isStopped) throw stopping()
    if (this.#running < this.#slots) this.#running++
    else await this.#waitForSlot(signal)
    try {
      return await work()
    } finally {
      this.#passSlotOn()
    }
  }

  /** A slot is passed from hand to hand: whoever waits gets one that counts as running already. */
  #waitForSlot(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        begin() {
          signal.removeEventListener('abort', leave)
          resolve()
        },
        refuse(error) {
          signal.removeEventListener('abort', leave)
          reject(error)
        },
      }
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
        reject(signal.reason)
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#waiting.push(waiting)
    })
  }

  #passSlotOn(): void {
    const next = this.#waiting.shift()
    if (next !== undefined) {
      next.begin()
      return
    }
    this.#running--
    if (this.#running === 0) this.#onIdle?.()
  }
}

const full = () => new RequestError(503, 'All slots and all places of the queue are taken; try again later.')
const stopping = () => new RequestError(503, 'The server is stopping; ask another, or later.')
