/** Entry of the pool's threads: one engine a thread, opened at its first task and used for all that follow. */
import { workerData } from 'piscina'
import { sourceShingles } from '../audit/source-shingles.ts'
import { splitOfSource } from '../audit/source-splits.ts'
import { openClangRunner } from '../compile/worker/open-clang-runner.ts'
import type { CodeEngineOptions } from '../execute/code-engine.ts'
import { openCodeEngine } from '../execute/open-code-engine.ts'
import { type Reply, toReply } from '../execute/reply.ts'
import { buildGroup, type GroupTask } from '../group/build-group.ts'
import type { GroupTools } from '../group/group-tools.ts'
import { type RedrawTask, redrawGroup } from '../group/redraw-group.ts'
import { type LabelFinding, verifyGroup } from '../group/verify-group.ts'
import { languageOf, languageOfSource } from '../languages/languages.ts'
import type { StoredGroup } from '../records/group-record.ts'
import type { Source } from '../records/source.ts'
import type { Unit } from '../records/unit.ts'
import { type PackedOutcome, packOutcome } from '../store/pack-outcome.ts'
import type { SplitExtraction } from './open-pool.ts'

const options: CodeEngineOptions = workerData
let opened: ReturnType<typeof openCodeEngine> | undefined
async function toolsFor(unit: Unit): Promise<GroupTools> {
  opened ??= openCodeEngine(options)
  return {
    engine: await opened,
    parse: await languageOf(unit).loadParser(),
  }
}
let frontEnd: ReturnType<typeof openClangRunner> | undefined

export const extractSource = (task: {
  source: Source
  kinds: readonly Unit['kind'][]
}): Promise<Reply<SplitExtraction>> =>
  toReply(async () => {
    frontEnd ??= openClangRunner(options)
    const { source, kinds } = task
    const compile = (await frontEnd).run
    const extraction = await languageOfSource(source).extractUnits(source, { kinds, compile })
    if (extraction.units.length === 0) return extraction
    return { ...extraction, split: splitOfSource(sourceShingles(source.text)) }
  })

export const buildUnit = (task: GroupTask): Promise<Reply<PackedOutcome>> =>
  toReply(async () => packOutcome(await buildGroup(await toolsFor(task.unit), task)))

export const redrawUnit = (task: RedrawTask): Promise<Reply<PackedOutcome>> =>
  toReply(async () => packOutcome(await redrawGroup(await toolsFor(task.stored.unit), task)))

export const verifyLabels = (stored: Pick<StoredGroup, 'group' | 'unit'>): Promise<Reply<LabelFinding[]>> =>
  toReply(async () => verifyGroup(await toolsFor(stored.unit), stored))
