import type { Stage, UnitResult } from '../records/group-record.ts'

export type Dropped = Extract<UnitResult, { kind: 'dropped' }>

export const drop = (stage: Stage, reason: string, detail: string): Dropped => ({
  kind: 'dropped',
  stage,
  reason,
  detail,
})
