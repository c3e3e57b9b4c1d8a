/** Stands in for bubblewrap with a runner of answers: gives what was recorded in the file it is called with, and runs nothing. */
import { writeSync } from 'node:fs'
import { FrameReader } from '../src/sandbox/protocol.ts'
import { openFrameKeys, readRecording } from './box-recording.ts'

const recording = readRecording(process.argv[2]!)
const keyOf = openFrameKeys()

function answer(frame: Buffer | undefined): void {
  const reply = recording.get(keyOf(frame))
  if (reply === undefined) throw new Error('this was not recorded')
  const length = Buffer.alloc(4)
  length.writeUInt32LE(reply.length)
  const whole = Buffer.concat([length, reply])
  for (let sent = 0; sent < whole.length; ) sent += writeSync(1, whole, sent)
}

answer(undefined)
const frames = new FrameReader()
process.stdin.on('data', (chunk: Buffer) => {
  for (const frame of frames.push(chunk)) answer(frame)
})
