/** Entry of the thread that audits for the page: it tells each step, and at the end the audit or why there is none. */
import { parentPort, workerData } from 'node:worker_threads'
import { UserError } from '../base/user-error.ts'
import { runAudit } from './run-audit.ts'

try {
  const audit = runAudit(workerData, (step) => parentPort!.postMessage({ kind: 'step', step }))
  parentPort!.postMessage({ kind: 'done', audit })
} catch (error) {
  if (!(error instanceof UserError)) throw error
  parentPort!.postMessage({ kind: 'failed', reason: error.message })
}
