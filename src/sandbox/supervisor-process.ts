/**
 * One running supervisor: a child process that answers frames with frames, in order.
 *
 * node:child_process rather than execa: the process lives as long as its sandbox and is spoken to over its pipes, so
 * there is no result to wait for, no buffer to collect and no escaping to do.
 *
 * The child dies with the *thread* that started it (PR_SET_PDEATHSIG), which suits sandboxes that belong to a worker.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import { FrameReader } from './protocol.ts'
import type { Command } from './rung.ts'

const KEPT_STDERR_CHARS = 4096

export interface User {
  readonly uid: number
  readonly gid: number
}

/** What comes back for a frame: the answer, or why none will ever come. */
export type SupervisorReply = { kind: 'frame'; frame: Buffer } | { kind: 'dead'; detail: string }

interface Waiting {
  resolve(answer: SupervisorReply): void
  readonly timer: NodeJS.Timeout
}

/** One frame at a time: `exchange` must not be called before the previous answer is there. */
export class SupervisorProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #frames = new FrameReader()
  readonly #ended: Promise<void>
  #waiting: Waiting | undefined
  #stderr = ''
  #death: string | undefined

  constructor(command: Command, user: User | undefined) {
    this.#child = spawn(command.file, command.args, {
      cwd: command.cwd,
      env: { PATH: process.env.PATH },
      stdio: ['pipe', 'pipe', 'pipe', ...(command.descriptors ?? [])],
      // A session of its own: Ctrl-C in the terminal is for the host, which may want to finish its runs.
      detached: true,
      ...user,
    }) as ChildProcessByStdio<Writable, Readable, Readable>
    const { stdin, stdout, stderr } = this.#child
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#die(`cannot start ${command.file}: ${error.message}`)
        resolve()
      })
      this.#child.once('close', (code, signal) => {
        this.#die(`the supervisor ended (${signal ?? `exit ${code}`}) ${this.#stderr}`.trim())
        resolve()
      })
    })
    // Writing to a process that has died; its end is reported by 'close'.
    stdin.on('error', () => {})
    stdout.on('data', (chunk: Buffer) => {
      for (const frame of this.#frames.push(chunk)) this.#settle({ kind: 'frame', frame })
    })
    stderr.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString('latin1')).slice(0, KEPT_STDERR_CHARS)
    })
    this.#holdEventLoop(false)
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get isDead(): boolean {
    return this.#death !== undefined
  }

  /** Sends `frame` (nothing, to wait for the hello) and gives the answer; one that takes longer ends the process. */
  exchange(frame: Buffer | undefined, timeoutMs: number): Promise<SupervisorReply> {
    if (this.#death !== undefined) return Promise.resolve({ kind: 'dead', detail: this.#death })
    if (this.#waiting) throw new Error('the previous answer is not there yet')
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#die(`the supervisor gave no answer within ${timeoutMs} ms`)
        this.#child.kill('SIGKILL')
      }, timeoutMs)
      this.#waiting = { resolve, timer }
      this.#holdEventLoop(true)
      if (frame) this.#child.stdin.write(frame)
    })
  }

  /** Ends the process, at once, and waits until it is gone. */
  async stop(): Promise<void> {
    this.#holdEventLoop(true)
    this.#child.stdin.end()
    this.#child.kill('SIGKILL')
    await this.#ended
  }

  #die(detail: string): void {
    this.#death ??= detail
    this.#settle({ kind: 'dead', detail: this.#death })
  }

  #settle(answer: SupervisorReply): void {
    const waiting = this.#waiting
    if (!waiting) return
    this.#waiting = undefined
    clearTimeout(waiting.timer)
    this.#holdEventLoop(false)
    waiting.resolve(answer)
  }

  /** An idle sandbox that nobody closed does not keep the host from ending. */
  #holdEventLoop(hold: boolean): void {
    const method = hold ? 'ref' : 'unref'
    this.#child[method]()
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) {
      ;(stream as unknown as Socket)[method]()
    }
  }
}
