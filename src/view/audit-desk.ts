/** One audit of the database at a time, in a thread of its own, and how far it is. */
import { Worker } from 'node:worker_threads'
import type { Audit } from '../audit/audit.ts'
import { threadModule } from '../base/thread-module.ts'
import type { AuditState } from './pages/audit-page.ts'
import type { AuditTask } from './run-audit.ts'

export interface AuditDesk {
  readonly state: AuditState
  /** Nothing happens where one runs already. */
  start(): void
  close(): Promise<void>
}

type Message =
  | { readonly kind: 'step'; readonly step: string }
  | { readonly kind: 'done'; readonly audit: Audit }
  | { readonly kind: 'failed'; readonly reason: string }

export interface AuditDeskOptions extends AuditTask {
  /** Another after each change of the database. */
  readonly mark: () => number
  /** Told of each bug. */
  readonly report: (error: unknown) => void
}

export function openAuditDesk({ path, seed, mark, report }: AuditDeskOptions): AuditDesk {
  let state: AuditState = { kind: 'none' }
  let worker: Worker | undefined
  let markThen = 0
  return {
    get state() {
      return state.kind === 'done' ? { ...state, isOld: mark() !== markThen } : state
    },
    start() {
      if (worker !== undefined) return
      state = { kind: 'running', step: 'starting' }
      markThen = mark()
      const started = new Worker(new URL(threadModule('audit-worker', import.meta.url)), {
        workerData: { path, seed } satisfies AuditTask,
      })
      worker = started
      started.on('message', (message: Message) => {
        if (message.kind === 'step') state = { kind: 'running', step: message.step }
        else if (message.kind === 'failed') state = message
        else {
          const at = new Date().toISOString().slice(0, 16).replace('T', ' ')
          state = { kind: 'done', audit: message.audit, at: `${at} UTC`, isOld: false }
        }
      })
      started.on('error', report)
      started.on('exit', () => {
        worker = undefined
        if (state.kind === 'running')
          state = { kind: 'failed', reason: 'The audit ended without a result; gepo view has printed why.' }
      })
    },
    close: async () => void (await worker?.terminate()),
  }
}
