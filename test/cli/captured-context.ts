/** A command line without a process: what it writes is kept, and the stages are given by the test. */
import { Writable } from 'node:stream'
import type { Context, Terminal } from '../../src/cli/context.ts'
import { main } from '../../src/cli/main.ts'

export interface Captured {
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command. A stage that the test does not give must not be asked for. */
export async function run(
  argv: readonly string[],
  given: Partial<Context> & { terminal?: boolean } = {},
): Promise<Captured> {
  const [out, err] = [capture(given.terminal), capture(given.terminal)]
  const exit = await main(argv, {
    stdout: out.stream,
    stderr: err.stream,
    loadBuild: () => Promise.reject(new Error('build was not given')),
    loadRedraw: () => Promise.reject(new Error('redraw was not given')),
    loadMerge: () => Promise.reject(new Error('merge was not given')),
    loadVerifyGroups: () => Promise.reject(new Error('verifyGroups was not given')),
    loadTensorEngine: () => Promise.reject(new Error('loadTensorEngine was not given')),
    loadVerifyFiles: () => Promise.reject(new Error('verifyFiles was not given')),
    checkParts: () => Promise.reject(new Error('checkParts was not given')),
    ...given,
  })
  return { exit, stdout: out.text(), stderr: err.text() }
}

export function capture(isTTY = false): { stream: Terminal; text: () => string } {
  const chunks: Buffer[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(Buffer.from(chunk))
      done()
    },
  })
  return {
    stream: Object.assign(stream, { isTTY, columns: 100 }),
    text: () => Buffer.concat(chunks).toString('utf8'),
  }
}
