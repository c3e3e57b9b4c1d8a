/**
 * One running compile worker: a child process that answers request frames with response frames, in order. Says by
 * callbacks what comes and how it ended; knows nothing of jobs.
 *
 * node:child_process rather than execa, as for the sandbox's supervisor: the process is spoken to over its pipes for
 * as long as it lives.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import { FrameReader } from '../../sandbox/protocol.ts'
import { emptyFolder } from '../../toolchain/run-tool.ts'

const KEPT_STDERR_CHARS = 4096

export interface WorkerEnd {
  readonly signal: NodeJS.Signals | undefined
  /** The last words on stderr, or what else is known. */
  readonly detail: string
}

export interface WorkerProcessEvents {
  onFrame(frame: Buffer): void
  /** Once, after the last frame. */
  onEnd(end: WorkerEnd): void
}

export class WorkerProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly ended: Promise<void>

  constructor(file: string, args: readonly string[], events: WorkerProcessEvents) {
    this.#child = spawn(file, args, {
      cwd: emptyFolder(),
      // Include paths that the environment adds would make the outcome depend on the machine.
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' },
      stdio: ['pipe', 'pipe', 'pipe'],
      // Ctrl-C in the terminal is for this program; a compiler that it kills would look like one that failed.
      detached: true,
    })
    const { stdin, stdout, stderr } = this.#child
    const frames = new FrameReader()
    let words = ''
    stdin.on('error', () => {
      // Writing to a process that has died; its end is reported by 'close'.
    })
    stdout.on('data', (chunk: Buffer) => {
      for (const frame of frames.push(chunk)) events.onFrame(frame)
    })
    stderr.on('data', (chunk: Buffer) => {
      words = (words + chunk.toString('latin1')).slice(0, KEPT_STDERR_CHARS)
    })
    let failure: string | undefined
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        failure = `cannot start ${file}: ${error.message}`
      })
      this.#child.once('close', (code, signal) => {
        const detail = (failure ?? words.trim().split('\n', 1)[0]) || `stopped by ${signal ?? `exit ${code}`}`
        events.onEnd({ signal: signal ?? undefined, detail })
        resolve()
      })
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  send(frame: Buffer): void {
    this.#child.stdin.write(frame)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  /** An idle worker that nobody closed does not keep the host from ending. */
  holdEventLoop(hold: boolean): void {
    const method = hold ? 'ref' : 'unref'
    this.#child[method]()
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) {
      ;(stream as unknown as Socket)[method]()
    }
  }
}
