/** The threads that build, redraw and verify (unit-worker.ts). */
import { threadModule } from '../base/thread-module.ts'
import { openThreads, type ThreadOptions } from '../execute/open-threads.ts'
import type { Extraction } from '../extract/extract-units.ts'
import type { GroupTask } from '../group/build-group.ts'
import type { RedrawTask } from '../group/redraw-group.ts'
import type { LabelFinding } from '../group/verify-group.ts'
import type { StoredGroup } from '../records/group-record.ts'
import type { Source } from '../records/source.ts'
import type { Split } from '../records/split.ts'
import type { Unit } from '../records/unit.ts'
import type { PackedOutcome } from '../store/pack-outcome.ts'

export interface SplitExtraction extends Extraction {
  /** What the source has by itself; undefined where it has no units. */
  readonly split?: Split
}

export interface Pool {
  extract(task: { source: Source; kinds: readonly Unit['kind'][] }): Promise<SplitExtraction>
  group(task: GroupTask): Promise<PackedOutcome>
  redraw(task: RedrawTask): Promise<PackedOutcome>
  verify(stored: Pick<StoredGroup, 'group' | 'unit'>): Promise<LabelFinding[]>
  close(): Promise<void>
}

/**
 * When the signal is raised, tasks that wait and tasks that run are given up at once, and reject.
 *
 * @throws UserError as {@link openThreads}
 */
export async function openPool(options: ThreadOptions, signal: AbortSignal): Promise<Pool> {
  const threads = await openThreads(threadModule('unit-worker', import.meta.url), options)
  return {
    extract: (task) => threads.run('extractSource', task, signal),
    group: (task) => threads.run('buildUnit', task, signal),
    redraw: (task) => threads.run('redrawUnit', task, signal),
    verify: (stored) => threads.run('verifyLabels', stored, signal),
    close: () => threads.close(),
  }
}
