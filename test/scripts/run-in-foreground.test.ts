import { spawn } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'

const MODULE = pathToFileURL('scripts/setup/run-in-foreground.mjs').href

/** Starts a process that runs the command in its place; `onReady` is called once the command has printed something. */
function run(command: readonly string[], onReady: (pid: number) => void = () => {}) {
  const code = `
    const { runInForeground } = await import(${JSON.stringify(MODULE)})
    process.exitCode = await runInForeground(...${JSON.stringify([command[0], command.slice(1)])}, process.env)`
  return new Promise<{ code: number | null; signal: string | null; stdout: string }>((resolve) => {
    const outer = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let stdout = ''
    outer.stdout.on('data', (chunk) => {
      if (stdout === '') onReady(outer.pid!)
      stdout += chunk
    })
    outer.on('close', (code, signal) => resolve({ code, signal, stdout }))
  })
}

describe('runInForeground', () => {
  it('gives the exit code of the command', async () => {
    expect(await run(['sh', '-c', 'exit 3'])).toMatchObject({ code: 3, signal: null })
  })

  it('gives 128 + n for a command that signal n ended', async () => {
    expect(await run(['sh', '-c', 'kill -9 $$'])).toMatchObject({ code: 137, signal: null })
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('hands on %s and waits for the end', async (signal) => {
    // Not a shell: one that was started with a signal ignored cannot trap it.
    const script = `
      process.on('${signal}', () => { console.log('saved'); process.exit(7) })
      console.log('ready')
      setInterval(() => {}, 1000)`
    const command = [process.execPath, '-e', script]
    expect(await run(command, (pid) => process.kill(pid, signal))).toEqual({
      code: 7,
      signal: null,
      stdout: 'ready\nsaved\n',
    })
  })

  it('fails when the command cannot be started', async () => {
    const code = `
      const { runInForeground } = await import(${JSON.stringify(MODULE)})
      await runInForeground('/nowhere/command', [], process.env).catch((error) => console.log(error.code))`
    const child = spawn(process.execPath, ['--input-type=module', '-e', code])
    let stdout = ''
    for await (const chunk of child.stdout) stdout += chunk
    expect(stdout).toBe('ENOENT\n')
  })
})
