/**
 * A database of groups in, another one out whose groups have other losers of the same pools. Resumable like a build:
 * what the other database has already is not drawn again.
 */

import { forEachBounded, tasksAtATime } from '../base/for-each-bounded.ts'
import { UserError } from '../base/user-error.ts'
import type { Compiler } from '../execute/choose-compiler.ts'
import { DEFAULT_UNIT_LIMITS, type UnitLimits } from '../execute/unit-limits.ts'
import type { RedrawSettings, RedrawTask } from '../group/redraw-group.ts'
import type { Source } from '../records/source.ts'
import type { Store } from '../store/store.ts'
import { countUnits } from './count-units.ts'
import { describeVersions } from './describe-versions.ts'
import type { BuildEvent, BuildSummary, Reporter } from './events.ts'
import { openPool } from './open-pool.ts'

export interface RedrawOptions extends RedrawSettings {
  readonly jobs: number
  readonly compiler: Compiler
}

export type Redraw = typeof redraw

export async function redraw(
  from: Store,
  to: Store,
  { jobs, compiler, ...settings }: RedrawOptions,
  reporter: Reporter<BuildEvent>,
  signal: AbortSignal,
): Promise<BuildSummary> {
  const counter = countUnits(to, reporter)
  const { versions: before, ...content } = from.contentConfig() ?? {}
  const { versions, environment } = describeVersions()
  refuseOtherVersions(from.path, (before ?? {}) as Record<string, string>, versions)
  to.beginRun({
    config: { ...settings, jobs, compiler },
    contentConfig: { ...content, ...settings, drawnFrom: from.contentHash() },
    versions,
    environment,
    sources: [from.path],
    seed: settings.seed,
    jobs,
  })
  reporter.report({ kind: 'build-started', unitsFinished: to.finishedUnitCount() })
  reporter.report({ kind: 'sources-counted', sources: from.groupCount() })
  const limits = (content.limits as UnitLimits | undefined) ?? DEFAULT_UNIT_LIMITS
  const pool = await openPool({ jobs, limits, compiler }, signal)

  async function* tasks(): AsyncGenerator<{ task: RedrawTask; source: Source }> {
    for (const { group, unit, source } of from.groups()) {
      if (signal.aborted) return
      counter.sourceRead()
      const entries = from.pool(group.id)
      if (entries === undefined)
        throw new UserError(
          `${from.path} holds groups of before pools were kept; build it anew to draw them again.`,
        )
      const isOpen = !to.isUnitFinished(unit.id)
      reporter.report({ kind: 'source-extracted', units: isOpen ? 1 : 0, drops: 0 })
      if (isOpen) yield { task: { stored: { group, unit }, pool: entries, settings }, source }
    }
    reporter.report({ kind: 'sources-finished' })
  }

  try {
    await forEachBounded(tasks(), tasksAtATime(jobs), async ({ task, source }) => {
      const outcome = await pool.redraw(task).catch((error: unknown) => {
        if (signal.aborted) return undefined
        throw error
      })
      if (outcome === undefined || signal.aborted) return
      to.saveSource(source)
      to.saveUnit(task.stored.unit)
      counter.finish(outcome)
    })
  } finally {
    await pool.close()
  }
  if (!signal.aborted) to.finishRun()
  return counter.summary(signal)
}

/** Newly chosen losers are compiled beside winners that are there: by the same compiler. */
function refuseOtherVersions(
  path: string,
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): void {
  for (const [name, version] of Object.entries(before))
    if (now[name] !== version)
      throw new UserError(
        `${path} was built with ${name} ${version} and this is ${now[name] ?? 'without it'}; draw again with the same, or build it anew.`,
      )
}
