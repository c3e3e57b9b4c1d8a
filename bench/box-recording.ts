/**
 * Frames that went to a judge's boxes in, their answers out, now or in another process: kept in a file by what was asked
 * and what was last prepared. An answer of a box depends on nothing else, if what is random is made the same before.
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { deserialize, serialize } from 'node:v8'

const PREPARE = 1

export type BoxRecording = Map<string, Uint8Array>

/** Tells the key of each frame of one box, given without their length; none is the wait for its greeting. */
export function openFrameKeys(): (frame: Uint8Array | undefined) => string {
  let prepared = ''
  return (frame) => {
    if (frame === undefined) return ''
    const hash = createHash('sha256').update(frame).digest('hex')
    if (Buffer.from(frame).readUInt32LE(0) === PREPARE) prepared = hash
    return `${prepared} ${hash}`
  }
}

export const saveRecording = (file: string, recording: BoxRecording): void =>
  writeFileSync(file, serialize(recording), { mode: 0o644 })

export const readRecording = (file: string): BoxRecording => deserialize(readFileSync(file))
