import type { Level } from './level.ts'
import type { Unit } from './unit.ts'

/** A stored group's unit to be written in LLVM IR: an answer is right where the judge of IR says that it is equal. */
export interface CompileTask {
  /** Of the group, and of the level where one is asked for. */
  readonly id: string
  /** The database that holds the group. */
  readonly database: string
  readonly group: string
  /** What the prompt asks for; null where it names no level. The verdict does not depend on it. */
  readonly level: Level | null
  /** Of the C file that the unit is from: its units are alike. */
  readonly source: string
  readonly unit: Pick<Unit, 'id' | 'kind' | 'name'>
  /** The C that the group is about. */
  readonly code: string
}
