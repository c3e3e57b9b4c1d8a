import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openCommandProcess } from '../../fuzz/command-process.ts'
import { scratchFolder } from '../scratch-folder.ts'

const folder = scratchFolder()

describe('the process that commands are fuzzed in', () => {
  const commands = openCommandProcess()
  afterAll(() => commands.close())

  it('runs real commands in the folder that is named', async () => {
    const ended = await commands.run({ argv: ['stats', 'groups.db'], folder }, 60_000)
    expect(ended).toMatchObject({ kind: 'ended', exit: 2, stdout: '' })
    expect(ended.kind === 'ended' && ended.stderr).toMatch(/^gepo: groups\.db does not exist; make it/)
  })
})

describe('a command that does what none should', () => {
  const odd = openCommandProcess(join(import.meta.dirname, 'odd-host.ts'))
  afterAll(() => odd.close())
  const run = (word: string, timeoutMs = 60_000) => odd.run({ argv: [word], folder }, timeoutMs)

  it('is a death by a signal, after which the next one runs', async () => {
    expect(await run('die')).toMatchObject({ kind: 'died', detail: expect.stringMatching(/^SIGSEGV/) })
    expect(await run('answer')).toMatchObject({ kind: 'ended', stdout: 'here' })
  })

  it('is a death by an exception, with its stack', async () => {
    expect(await run('throw')).toMatchObject({
      kind: 'died',
      detail: expect.stringMatching(/^exit 1\n(?:.|\n)*nobody catches this/),
    })
  })

  it('is endless, and ended', async () => {
    expect(await run('wait', 50)).toEqual({ kind: 'endless' })
    expect(await run('answer')).toMatchObject({ kind: 'ended' })
  })
})
