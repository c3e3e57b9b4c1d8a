/**
 * Commands in a process of their own that outlives them: what a command does to its process, and that it never ends, is
 * a result like any other.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'

export interface CommandRequest {
  readonly argv: readonly string[]
  /** The folder that the command is given in. */
  readonly folder: string
  /** A text that is written out, at which Ctrl-C is pressed, once. */
  readonly interruptAt?: string | undefined
}

export interface CommandResult {
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
  /** The most memory that the process has had so far. */
  readonly peakMib: number
}

export type CommandEnd =
  | (CommandResult & { readonly kind: 'ended' })
  /** Of the process itself: an exception that nobody caught, or a signal. */
  | { readonly kind: 'died'; readonly detail: string }
  | { readonly kind: 'endless' }

export interface CommandProcess {
  run(request: CommandRequest, timeoutMs: number): Promise<CommandEnd>
  close(): void
}

const KEPT_CHARACTERS = 10_000
const HOST = join(import.meta.dirname, 'command-host.ts')

/**
 * @param host the program that answers the requests
 * @param env what its environment has beside this process's
 */
export function openCommandProcess(host = HOST, env: Readonly<Record<string, string>> = {}): CommandProcess {
  let child: ChildProcess | undefined
  let said = ''
  const start = () => {
    said = ''
    const started = fork(host, [], {
      silent: true,
      detached: true,
      env: { ...process.env, ...env },
    })
    for (const stream of [started.stdout!, started.stderr!])
      stream.on('data', (chunk) => {
        said = (said + chunk).slice(-KEPT_CHARACTERS)
      })
    return started
  }
  // With all that it has started: it leads a group of its own.
  const end = () => {
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGKILL')
    child = undefined
  }
  return {
    async run(request, timeoutMs) {
      child ??= start()
      const asked = child
      const ended = await new Promise<CommandEnd>((resolve) => {
        const timer = setTimeout(() => resolve({ kind: 'endless' }), timeoutMs)
        const onMessage = (result: CommandResult) => settle({ kind: 'ended', ...result })
        // Its last words have arrived by then.
        const onClose = (code: number | null, signal: string | null) =>
          settle({ kind: 'died', detail: `${signal ?? `exit ${code}`}\n${said}` })
        const settle = (result: CommandEnd) => {
          clearTimeout(timer)
          asked.off('message', onMessage)
          asked.off('close', onClose)
          resolve(result)
        }
        asked.on('message', onMessage)
        asked.on('close', onClose)
        asked.send(request)
      })
      if (ended.kind !== 'ended') end()
      return ended
    },
    close: end,
  }
}
