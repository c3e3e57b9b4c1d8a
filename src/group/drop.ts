import type { GroupResult, Stage } from '../records/group-record.ts'

export type Dropped = Extract<GroupResult, { kind: 'dropped' }>

export const drop = (stage: Stage, reason: string, detail: string): Dropped => ({
  kind: 'dropped',
  stage,
  reason,
  detail,
})
