/**
 * What one process does for another: operations by name, which may be ended before they are done and may hand out parts
 * of their result. The one that serves ends when the other is gone.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../../../base/user-error.ts'
import { isEngineErrorCode } from '../addon.ts'
import { EngineError } from '../tensor-engine.ts'
import type { Wire } from './wire.ts'

export type Service = (
  operation: string,
  argument: unknown,
  options: { readonly signal: AbortSignal; readonly onPart: (part: unknown) => void },
) => Promise<unknown>

interface CallOptions {
  readonly signal?: AbortSignal | undefined
  readonly onPart?: ((part: unknown) => void) | undefined
}

export interface Peer {
  call<Result>(service: string, operation: string, argument: unknown, options?: CallOptions): Promise<Result>
  /** Says why all that is under way, and all that comes, fails. */
  fail(reason: Error): void
  /** Ends the other side. @param reason where something failed */
  close(reason?: string): void
}

/** How the side that asks has ended. */
export type Ending =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly reason: string }
  /** Its connection is gone, and it said nothing before. */
  | { readonly kind: 'lost' }

interface CallRequest {
  readonly kind: 'call'
  readonly id: number
  readonly service: string
  readonly operation: string
  readonly argument: unknown
}
type Request =
  | CallRequest
  | { readonly kind: 'abort'; readonly id: number }
  | { readonly kind: 'end'; readonly reason: string | undefined }
type Reply =
  | { readonly kind: 'part'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: PlainError }

interface PlainError {
  readonly message: string
  readonly stack: string | undefined
  readonly code: unknown
  readonly isUserError: boolean
}

/** The side that asks. */
export function askOver(wire: Wire): Peer {
  let lastId = 0
  let failure: Error | undefined
  const open = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: unknown) => void; onPart: CallOptions['onPart'] }
  >()
  wire.listen(
    (message) => {
      const reply = message as Reply
      const asked = open.get(reply.id)
      if (reply.kind === 'part') return asked?.onPart?.(reply.value)
      open.delete(reply.id)
      if (reply.kind === 'done') asked?.resolve(reply.value)
      else asked?.reject(fromPlain(reply.error))
    },
    () => open.size > 0,
  )
  return {
    call<Result>(
      service: string,
      operation: string,
      argument: unknown,
      { signal, onPart }: CallOptions = {},
    ) {
      if (failure !== undefined) return Promise.reject(failure)
      const id = ++lastId
      const abort = () => wire.send({ kind: 'abort', id } satisfies Request)
      return new Promise<Result>((resolve, reject) => {
        open.set(id, { resolve: resolve as (value: unknown) => void, reject, onPart })
        wire.send({ kind: 'call', id, service, operation, argument } satisfies Request)
        if (signal?.aborted) abort()
        else signal?.addEventListener('abort', abort)
      }).finally(() => signal?.removeEventListener('abort', abort))
    },
    fail(reason) {
      failure ??= reason
      for (const { reject } of open.values()) reject(failure)
      open.clear()
    },
    close: (reason) => endServing(wire, reason),
  }
}

/** Tells a side that serves, or is about to, that it is to end. @param reason where something failed */
export function endServing(wire: Wire, reason: string | undefined): void {
  wire.send({ kind: 'end', reason } satisfies Request)
  wire.close()
}

/** How long what is under way may take to end when the side that asked is gone. */
const ENDING_MS = 5000

/**
 * The side that works, until the other one is gone: then what is under way is aborted.
 *
 * @returns how the other side has ended, and how many calls would not end here
 */
export async function serveOver(
  wire: Wire,
  services: Readonly<Record<string, Service>>,
): Promise<{ readonly ending: Ending; readonly unfinished: number }> {
  let ending: Ending = { kind: 'lost' }
  const running = new Map<number, AbortController>()
  const works = new Set<Promise<void>>()
  const work = async ({ id, service, operation, argument }: CallRequest) => {
    const controller = new AbortController()
    running.set(id, controller)
    const answer = (reply: Reply) => wire.send(reply)
    try {
      const value = await services[service]!(operation, argument, {
        signal: controller.signal,
        onPart: (part) => answer({ kind: 'part', id, value: part }),
      })
      answer({ kind: 'done', id, value })
    } catch (error) {
      answer({ kind: 'failed', id, error: toPlain(error) })
    } finally {
      running.delete(id)
    }
  }
  const take = (message: unknown) => {
    const request = message as Request
    if (request.kind === 'abort') return running.get(request.id)?.abort()
    if (request.kind === 'end') {
      ending = request.reason === undefined ? { kind: 'done' } : { kind: 'failed', reason: request.reason }
      return
    }
    const one = work(request).finally(() => works.delete(one))
    works.add(one)
  }
  wire.listen(take, () => running.size > 0)
  await wire.ended
  for (const controller of running.values()) controller.abort()
  const enough = new AbortController()
  const patience = sleep(ENDING_MS, undefined, { signal: enough.signal }).catch(() => {})
  await Promise.race([Promise.all(works), patience])
  enough.abort()
  return { ending, unfinished: running.size }
}

function toPlain(error: unknown): PlainError {
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return { message, stack, code, isUserError: error instanceof UserError }
}

function fromPlain({ message, stack, code, isUserError }: PlainError): Error {
  if (isEngineErrorCode(code)) return new EngineError(code, message)
  if (isUserError) return new UserError(message)
  return Object.assign(new Error(message), { stack })
}
