/**
 * A request that gets no result, with the status that says whose doing it is. Thrown on the way, it ends in the answer's
 * `error`.
 */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly status: RequestErrorStatus

  /** @param message one sentence for who wrote the client */
  constructor(status: RequestErrorStatus, message: string) {
    super(message)
    this.status = status
  }
}

/**
 * 4xx: the client's doing. 499: it has left. 500: nothing is known of the answer. 501: not on this machine. 503: too
 * much at once, or the server is stopping; later it may work. 504: out of time.
 */
export type RequestErrorStatus = 400 | 401 | 403 | 404 | 413 | 415 | 422 | 499 | 500 | 501 | 503 | 504
