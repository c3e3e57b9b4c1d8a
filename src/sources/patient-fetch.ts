/**
 * `fetch` that tries again where trying again helps (broken connections, 429, 5xx), and says in one sentence when the
 * other side cannot be reached at all. A body that breaks off later is the caller's to go on with.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../base/user-error.ts'

export interface Patience {
  readonly attempts: number
  /** Wait before the second attempt; it doubles with each one. */
  readonly firstDelayMs: number
  readonly signal?: AbortSignal | undefined
}

export const defaultPatience: Patience = { attempts: 5, firstDelayMs: 500 }

/** Codes for which a second attempt a moment later gives the same answer. */
export const HOPELESS_CODES: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

export function patientFetch(patience: Patience): typeof fetch {
  return async (input, init) => {
    const signal = patience.signal ?? null
    for (let attempt = 1; ; attempt += 1) {
      const last = attempt >= patience.attempts
      const outcome = await fetch(input, { signal, ...init }).catch((error: unknown) => {
        signal?.throwIfAborted()
        const code = networkCode(error)
        if (last || HOPELESS_CODES.has(code)) throw unreachable(input, code, error)
        return undefined
      })
      if (outcome && (last || !isPassing(outcome.status))) return outcome
      await outcome?.body?.cancel()
      const askedMs = Number(outcome?.headers.get('retry-after') ?? 0) * 1000 || 0
      await pause(patience, attempt, Math.min(askedMs, 60_000))
    }
  }
}

/** Waits before attempt `attempt` + 1. */
export async function pause(patience: Patience, attempt: number, atLeastMs = 0): Promise<void> {
  const delayMs = Math.max(patience.firstDelayMs * 2 ** (attempt - 1), atLeastMs)
  await sleep(delayMs, undefined, patience.signal ? { signal: patience.signal } : {})
}

function isPassing(status: number): boolean {
  return status === 429 || status >= 500
}

/** What broke a request, as the system calls it. */
export function networkCode(error: unknown): string {
  // undici wraps the reason, and happy eyeballs wraps it once more.
  const cause = error instanceof Error ? error.cause : undefined
  const first = cause instanceof AggregateError ? cause.errors[0] : cause
  return String(
    (first as { code?: unknown } | undefined)?.code ?? (error instanceof Error ? error.message : error),
  )
}

function unreachable(input: string | URL | Request, code: string, cause: unknown): UserError {
  const { origin } = new URL(input instanceof Request ? input.url : input)
  const remedy =
    'check the network, HF_ENDPOINT and proxy settings, or download the files and give their path'
  return new UserError(`${origin} cannot be reached (${code}): ${remedy}`, { cause })
}
