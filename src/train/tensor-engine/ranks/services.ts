/**
 * What one process does for another: operations by name, which may be ended before they are done and may hand out parts
 * of their result. The one that serves ends when the other is gone.
 */
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
  close(): void
}

type Request =
  | {
      readonly kind: 'call'
      readonly id: number
      readonly service: string
      readonly operation: string
      readonly argument: unknown
    }
  | { readonly kind: 'abort'; readonly id: number }
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
export function askOver(wire: Wire, onEnd: () => void): Peer {
  let lastId = 0
  let failure: Error | undefined
  const open = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: unknown) => void; onPart: CallOptions['onPart'] }
  >()
  wire.listen((message) => {
    const reply = message as Reply
    const asked = open.get(reply.id)
    if (reply.kind === 'part') return asked?.onPart?.(reply.value)
    open.delete(reply.id)
    if (reply.kind === 'done') asked?.resolve(reply.value)
    else asked?.reject(fromPlain(reply.error))
  }, onEnd)
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
    close: () => wire.close(),
  }
}

/** The side that works; resolves when the other one is gone, with how many calls were under way. */
export function serveOver(wire: Wire, services: Readonly<Record<string, Service>>): Promise<number> {
  const running = new Map<number, AbortController>()
  const work = async ({ id, service, operation, argument }: Extract<Request, { kind: 'call' }>) => {
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
  return new Promise((resolve) => {
    wire.listen(
      (message) => {
        const request = message as Request
        if (request.kind === 'abort') running.get(request.id)?.abort()
        else void work(request)
      },
      () => {
        resolve(running.size)
        for (const controller of running.values()) controller.abort()
      },
    )
  })
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
