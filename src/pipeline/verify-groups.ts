/** A database of groups in, what of it does not hold out: every group proven again from its own contents. */

import { forEachBounded } from '../base/for-each-bounded.ts'
import { DEFAULT_UNIT_LIMITS, type UnitLimits } from '../execute/unit-limits.ts'
import type { LabelFinding } from '../group/verify-group.ts'
import type { StoredGroup } from '../records/group-record.ts'
import type { Store } from '../store/store.ts'
import type { Reporter, VerifyEvent, VerifyFinding, VerifyOptions, VerifySummary } from './events.ts'
import { openPool } from './open-pool.ts'

export async function verifyGroups(
  store: Store,
  { sample, seed, jobs, compiler }: VerifyOptions,
  reporter: Reporter<VerifyEvent>,
  signal: AbortSignal,
): Promise<VerifySummary> {
  const start = performance.now()
  const failures: VerifyFinding[] = []
  const unknown: VerifyFinding[] = []
  let proven = 0
  const total = store.groupCount()
  reporter.report({ kind: 'verify-started', groups: Math.min(total, sample ?? total) })
  // A run that fitted the build's limits must fit the verification's.
  const limits = (store.contentConfig()?.limits as UnitLimits | undefined) ?? DEFAULT_UNIT_LIMITS
  const pool = await openPool({ jobs, limits, compiler }, signal)
  const verify = async ({ group, unit }: StoredGroup) => {
    let findings: LabelFinding[]
    try {
      findings = await pool.verify({ group, unit })
    } catch (error) {
      if (signal.aborted) return
      throw error
    }
    for (const { verdict, ...finding } of findings) {
      const list = verdict === 'failed' ? failures : unknown
      list.push({ groupId: group.id, ...finding })
    }
    const failed = findings.some(({ verdict }) => verdict === 'failed')
    if (findings.length === 0) proven++
    reporter.report({
      kind: 'group-verified',
      groupId: group.id,
      result: failed ? 'failed' : findings.length > 0 ? 'unknown' : 'proven',
    })
  }
  try {
    await forEachBounded(untilAborted(store.groups({ sample, seed }), signal), jobs + 2, verify)
  } finally {
    await pool.close()
  }
  const kind = signal.aborted ? 'interrupted' : 'finished'
  return { kind, proven, failures, unknown, seconds: (performance.now() - start) / 1000 }
}

async function* untilAborted<T>(items: Iterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  for (const item of items) {
    if (signal.aborted) return
    yield item
  }
}
