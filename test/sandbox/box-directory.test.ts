import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeBoxDirectory, removeBoxDirectory, sweepBoxDirectories } from '../../src/sandbox/box-directory.ts'

let parent: string
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'gepo-test-'))
})
afterEach(() => rmSync(parent, { recursive: true }))

/** The id of a process that has just ended. */
const deadPid = () => spawnSync('true').pid

/** A box as another process of this system would have named it. */
function foreignBox(pid: number): string {
  const own = makeBoxDirectory(parent)
  const foreign = join(parent, basename(own).replace(`-${process.pid}-`, `-${pid}-`))
  mkdirSync(foreign)
  writeFileSync(join(foreign, 'unit'), '')
  removeBoxDirectory(own)
  return basename(foreign)
}

test('every user may look into a box, only its owner may write', () => {
  expect(statSync(makeBoxDirectory(parent)).mode & 0o777).toBe(0o755)
})

test('boxes of processes that have ended are removed, those of living ones and everything else are kept', () => {
  const own = basename(makeBoxDirectory(parent))
  const living = foreignBox(process.ppid)
  foreignBox(deadPid())
  const elsewhere = `gepo-box-00000000-${deadPid()}-abcdef`
  const others = [elsewhere, 'gepo-box-', 'unrelated']
  for (const name of others) mkdirSync(join(parent, name))
  sweepBoxDirectories(parent)
  expect(readdirSync(parent).sort()).toEqual([own, living, ...others].sort())
})

test('making a box sweeps first', () => {
  const dead = foreignBox(deadPid())
  makeBoxDirectory(parent)
  expect(readdirSync(parent)).not.toContain(dead)
})

test('a process takes its boxes along, those of stopped threads too, and no other', () => {
  const living = basename(makeBoxDirectory(parent))
  const module = JSON.stringify(new URL('../../src/sandbox/box-directory.ts', import.meta.url).href)
  const make = `import(${module}).then(({ makeBoxDirectory }) => makeBoxDirectory(${JSON.stringify(parent)}))`
  const script = `
    const { Worker } = require('node:worker_threads')
    const { readdirSync } = require('node:fs')
    const thread = ${JSON.stringify(`${make}.then(() => require('node:worker_threads').parentPort.postMessage(0))`)}
    ${make}.then(() => {
      const worker = new Worker(thread, { eval: true })
      worker.once('message', async () => {
        await worker.terminate()
        console.log(readdirSync(${JSON.stringify(parent)}).length)
      })
    })`
  const { stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' })
  expect(stdout).toBe('3\n')
  expect(readdirSync(parent)).toEqual([living])
})
