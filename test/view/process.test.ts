/** gepo view as a process: an address to open, one that is taken, and an end by Ctrl-C. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'
import { scratchFolder } from '../scratch-folder.ts'
import { writeSyntheticDatabase } from '../store/synthetic-records.ts'

const BIN = join(import.meta.dirname, '../../bin/gepo.mjs')
const path = join(scratchFolder(), 'groups.db')
writeSyntheticDatabase(path, 3)

function start(port: string) {
  const child = spawn(process.execPath, [BIN, 'view', path, '--port', port], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit')
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  return { child, ended, stderr: () => stderr, lines: createInterface(child.stdout)[Symbol.asyncIterator]() }
}

describe('gepo view', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'says where it is, answers, and ends by %s',
    async (signal) => {
      const viewer = start('0')
      const { value: line } = await viewer.lines.next()
      const [, url, port] = /at (http:\/\/127\.0\.0\.1:(\d+)\/)/.exec(String(line))!
      expect(await (await fetch(url!)).text()).toContain('<h1>3 ')

      const second = start(port!)
      expect(await second.ended).toEqual([2, null])
      expect(second.stderr()).toContain(
        `Port ${port} of 127.0.0.1 cannot be had (EADDRINUSE): name another by --port.`,
      )

      viewer.child.kill(signal)
      expect(await viewer.ended).toEqual([0, null])
      expect(viewer.stderr()).toBe('')
    },
    60_000,
  )
})
