/**
 * What crosses from a thread of the pool to the main one. An error's class is lost on the way, so a UserError
 * (the disk is full, the compiler is gone) travels as a value and is thrown again on arrival.
 */
import { UserError } from '../base/user-error.ts'

export type Reply<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'user-error'; readonly message: string }

export async function toReply<T>(work: () => Promise<T>): Promise<Reply<T>> {
  try {
    return { kind: 'done', value: await work() }
  } catch (error) {
    if (error instanceof UserError) return { kind: 'user-error', message: error.message }
    throw error
  }
}

/** @throws UserError as it was thrown in the thread */
export function fromReply<T>(reply: Reply<T>): T {
  if (reply.kind === 'user-error') throw new UserError(reply.message)
  return reply.value
}
