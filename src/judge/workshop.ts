/**
 * What a judge's boxes share: a folder that they see read-only, and what compilers need only once (precompiled headers,
 * a compiler that stays). Each thing is made when it is first asked for, and at rest after `close`; the folder stays.
 */
import { chmodSync, copyFileSync, linkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BoxFence } from './box.ts'

export interface Workshop {
  readonly fence: BoxFence
  /** Raised by `close`, for what is still being made. */
  readonly closing: AbortSignal
  /** The same thing for every caller; one that failed is tried again by the next. */
  once<Thing extends object>(name: string, make: () => Promise<Thing>): Promise<Thing>
  close(): Promise<void>
}

/** What has a `close` is closed with the workshop. */
interface Closable {
  close?(): Promise<void>
}

export function openWorkshop(fence: BoxFence): Workshop {
  const things = new Map<string, Promise<object>>()
  const closing = new AbortController()
  return {
    fence,
    closing: closing.signal,
    once<Thing extends object>(name: string, make: () => Promise<Thing>): Promise<Thing> {
      const known = things.get(name) as Promise<Thing> | undefined
      if (known !== undefined) return known
      const made = make()
      things.set(name, made)
      made.catch(() => things.delete(name))
      return made
    },
    async close() {
      closing.abort()
      for (const thing of await Promise.allSettled(things.values())) {
        if (thing.status === 'fulfilled') await (thing.value as Closable).close?.()
      }
    },
  }
}

/** Puts a large file into the folder: by a second name where the file system allows it, else by a copy. */
export function shareFile(source: string, fence: BoxFence, name: string): void {
  const target = join(fence.supportFolder, name)
  try {
    linkSync(source, target)
  } catch {
    copyFileSync(source, target)
    chmodSync(target, 0o755)
  }
}

/** Puts a small file into the folder. */
export function shareText(text: string, fence: BoxFence, name: string): void {
  const target = join(fence.supportFolder, name)
  writeFileSync(target, text)
  chmodSync(target, 0o644)
}
