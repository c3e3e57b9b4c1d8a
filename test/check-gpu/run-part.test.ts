import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Context } from '../../bench/check-gpu/context.ts'
import { runPart } from '../../bench/check-gpu/run-part.ts'
import { scratchFolder } from '../scratch-folder.ts'

const context: Context = { device: 'cpu', tiny: true, python: 'python3', scratch: '' }
const folder = scratchFolder()
let count = 0

function run(code: string, seconds = 60) {
  const program = join(folder, `part-${count++}.mjs`)
  writeFileSync(program, code)
  const seen: unknown[] = []
  const report = runPart(program, {
    context,
    env: process.env,
    seconds,
    onFigures: (figures) => seen.push(figures),
  })
  return report.then((found) => ({ ...found, seen }))
}

describe('a part', () => {
  it('tells as it goes', async () => {
    const found = await run(`console.log('{"a":1}'); console.log('{"b":[2]}')`)
    expect(found).toMatchObject({
      outcome: 'done',
      figures: { a: 1, b: [2] },
      seen: [{ a: 1 }, { a: 1, b: [2] }],
    })
    expect(found).not.toHaveProperty('words')
  })

  it('is given the context', async () => {
    const found = await run(`console.log(JSON.stringify({ given: JSON.parse(process.argv[2]) }))`)
    expect(found.figures).toEqual({ given: context })
  })

  it('that fails keeps what it told, and its words', async () => {
    const found = await run(
      `console.log('{"a":1}'); console.log('a line of a library'); throw new Error('out of luck')`,
    )
    expect(found).toMatchObject({ outcome: 'failed', figures: { a: 1 } })
    expect(found.words).toMatch(/a line of a library.*out of luck.*exit code 1/s)
  })

  it('that dies says by which signal', async () => {
    const found = await run(`process.kill(process.pid, 'SIGSEGV'); setInterval(() => {}, 1000)`)
    expect(found).toMatchObject({ outcome: 'failed', words: 'ended with SIGSEGV' })
  })

  it('that takes too long is ended with all that it started', async () => {
    const found = await run(
      `import { spawn } from 'node:child_process'
       const child = spawn('sleep', ['1000'], { stdio: 'inherit' })
       console.log(JSON.stringify({ pid: child.pid }))
       setInterval(() => {}, 1000)`,
      3,
    )
    expect(found).toMatchObject({ outcome: 'timed out', words: 'ended after 3 s' })
    // Nobody reaps it at once where there is no init: gone or a zombie.
    const { pid } = found.figures
    await expect.poll(() => isRunning(pid as number)).toBe(false)
  })
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  return !/^\d+ \(.*\) Z/.test(readStat(pid))
}

function readStat(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return ''
  }
}
