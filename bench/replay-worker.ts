/** Entry of the threads of bench/main-thread.ts: each gives what was recorded, and computes nothing. */
import { readFileSync } from 'node:fs'
import { deserialize } from 'node:v8'
import { workerData } from 'piscina'
import type { GroupTask } from '../src/group/build-group.ts'
import type { Source } from '../src/records/source.ts'

/** What was given, serialized, by the id of the source or unit. */
export type Recording = Map<string, Uint8Array>

const { extractions, outcomes }: Record<'extractions' | 'outcomes', Recording> = deserialize(
  readFileSync(workerData.file),
)

export const extractSource = ({ source }: { readonly source: Source }): unknown =>
  replay(extractions.get(source.id)!)

export const buildUnit = ({ unit }: GroupTask): unknown => replay(outcomes.get(unit.id)!)

/** From bytes of its own: what crosses takes all that its bytes lie in with it. */
const replay = (answer: Uint8Array): unknown => deserialize(Buffer.from(answer))
