/** A database in, its audit out. */
import { type Audit, audit } from '../audit/audit.ts'
import { openAuditRows } from '../store/audit-rows.ts'

export interface AuditTask {
  readonly path: string
  readonly seed: number
}

/** @throws UserError as `openAuditRows` */
export function runAudit({ path, seed }: AuditTask, onStep: (step: string) => void): Audit {
  const rows = openAuditRows(path)
  try {
    return audit(rows, { seed, onStep })
  } finally {
    rows.close()
  }
}
