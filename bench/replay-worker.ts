/** Entry of the threads of bench/main-thread.ts: each gives what was recorded, and computes nothing. */
import { readFileSync } from 'node:fs'
import { deserialize } from 'node:v8'
import { workerData } from 'piscina'
import type { GroupTask } from '../src/group/build-group.ts'
import type { Source } from '../src/records/source.ts'

/** By the id of the source or unit. */
export type Recording = Map<string, unknown>

const { extractions, outcomes }: Record<'extractions' | 'outcomes', Recording> = deserialize(
  readFileSync(workerData.file),
)

export const extractSource = ({ source }: { readonly source: Source }): unknown => extractions.get(source.id)

export const buildUnit = ({ unit }: GroupTask): unknown => outcomes.get(unit.id)
