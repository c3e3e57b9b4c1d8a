import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Context } from '../../bench/check-gpu/context.ts'
import { runPart } from '../../bench/check-gpu/run-part.ts'
import { isRunning } from '../processes.ts'
import { scratchFolder } from '../scratch-folder.ts'

const context: Context = { device: 'cpu', tiny: true, python: 'python3', scratch: '' }
const RUN_PYTHON = join(import.meta.dirname, '../../bench/check-gpu/run-python.ts')
const folder = scratchFolder()
let count = 0

function run(code: string, seconds = 60, { signal } = new AbortController()) {
  const program = join(folder, `part-${count++}.mjs`)
  writeFileSync(program, code)
  const seen: unknown[] = []
  const report = runPart(program, {
    context,
    env: process.env,
    seconds,
    signal,
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
    const found = await run(`console.log(JSON.stringify({ given: JSON.parse(process.argv[3]) }))`)
    expect(found.figures).toEqual({ given: context })
  })

  it('that fails keeps what it told, and its words', async () => {
    const found = await run(
      `console.log('{"a":1}'); console.log('a line of a library'); throw new Error('out of luck')`,
    )
    expect(found).toMatchObject({ outcome: 'failed', figures: { a: 1 } })
    expect(found.words).toMatch(/^a line of a library\n +at .*part-\d+\.mjs:1:\d+\n.*\nError: out of luck$/s)
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
    expect(found).toMatchObject({ outcome: 'timed out', words: 'over its limit of 3 s, and ended' })
    expect(isRunning(found.figures.pid as number)).toBe(false)
  })

  it('leaves nothing running that had made itself independent, as compilers under Ninja do', async () => {
    const found = await run(
      `import { spawn } from 'node:child_process'
       const child = spawn('sleep', ['1000'], { stdio: 'inherit', detached: true })
       child.unref()
       console.log(JSON.stringify({ pid: child.pid }))`,
    )
    expect(found).toMatchObject({ outcome: 'done' })
    expect(isRunning(found.figures.pid as number)).toBe(false)
  })

  it('is not awaited for what it hid and let keep its output', async () => {
    const found = await run(
      `import { spawn } from 'node:child_process'
       const child = spawn('sleep', ['60'], { stdio: 'inherit', detached: true, env: { PATH: process.env.PATH } })
       child.unref()
       console.log(JSON.stringify({ pid: child.pid }))`,
    )
    expect(found).toMatchObject({ outcome: 'done' })
    process.kill(found.figures.pid as number)
  })

  it('is ended before its time by who ends the check', async () => {
    const stopping = new AbortController()
    setTimeout(() => stopping.abort('SIGINT'), 1000)
    const found = await run('setInterval(() => {}, 1000)', 60, stopping)
    expect(found).toMatchObject({ outcome: 'stopped', words: 'ended by SIGINT' })
  })

  it('says of a Python program that failed what that said, and last which it was', async () => {
    const broken = join(folder, 'python')
    writeFileSync(
      broken,
      '#!/bin/sh\necho \'{"a":1}\'\necho "OutOfMemoryError: none is left" >&2\nexit 3\n',
      { mode: 0o755 },
    )
    const program = (python: string) =>
      `import { runPython } from ${JSON.stringify(RUN_PYTHON)}
       await runPython(${JSON.stringify(python)}, 'ceilings.py', ['${'long '.repeat(2000)}'])`
    const failed = await run(program(broken))
    expect(failed).toMatchObject({ outcome: 'failed', figures: { a: 1 } })
    expect(failed.words).toMatch(
      /^OutOfMemoryError: none is left\nceilings\.py ended with exit code 3; its own words are above\.$/,
    )
    const absent = await run(program('/nowhere/python'))
    expect(absent.words).toMatch(/^\/nowhere\/python cannot be started \(ENOENT\): .* by --python\.$/)
  })
})
