/** Levels and classes as columns hold them in, the same checked out: what the rest of the program looks up by them. */
import { LOSER_CLASSES, type LoserClass } from '../records/group-record.ts'
import { LEVELS, type Level } from '../records/level.ts'

/** @throws Error for a list that holds anything else */
export function readLevels(json: string): Level[] {
  const levels: unknown = JSON.parse(json)
  if (!Array.isArray(levels)) throw new Error(`${json} is no list of levels`)
  return levels.map(readLevel)
}

/** @throws Error for what is no level */
export function readLevel(name: unknown): Level {
  const level = LEVELS.find((one) => one === name)
  if (level === undefined) throw new Error(`${String(name)} is no level`)
  return level
}

/** @throws Error for what is no class of losers */
export function readLoserClass(name: unknown): LoserClass {
  const found = LOSER_CLASSES.find((one) => one === name)
  if (found === undefined) throw new Error(`${String(name)} is no class of losers`)
  return found
}
