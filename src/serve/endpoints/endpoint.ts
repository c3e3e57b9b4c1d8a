/** One address that work can be asked for at: its body in, the answer's JSON out. */
import type { Desk } from '../desk.ts'

export interface Endpoint {
  readonly path: `/${string}`
  /** @throws RequestError where there is no answer */
  readonly answer: (body: unknown, desk: Desk) => Promise<object>
}
