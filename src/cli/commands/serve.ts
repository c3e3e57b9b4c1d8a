/** `gepo serve`: flags in, a server that answers until it is told to stop. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { Command } from 'commander'
import { UserError } from '../../base/user-error.ts'
import { DEFAULT_PORT, DEFAULT_QUEUE, DEFAULT_SERVE_LIMITS } from '../../serve/serve-limits.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { portNumber, wholeNumber } from '../flags/parse-number.ts'
import { withInterrupt } from '../progress/interrupt.ts'
import { bugText } from '../render/bug-text.ts'

interface ServeFlags {
  readonly host: string
  readonly port: number
  readonly tokenFile?: string
  readonly slots?: number
  readonly queue: number
  readonly maxBodyMib: number
  readonly maxTests: number
  readonly maxTestSeconds: number
  readonly maxMemoryMib: number
  readonly maxAnswerSeconds: number
}

const MIB = 1024 * 1024
const LEAST_TOKEN_CHARS = 16

export function serveCommand(command: Command, context: Context, setExit: (code: ExitCode) => void): void {
  const { bodyBytes, tests, testMs, memoryBytes, answerMs } = DEFAULT_SERVE_LIMITS
  command
    .description(
      'Answers other trainers over HTTP: POST /judge and /verify, the /run_code and /submit of SandboxFusion, and the ' +
        '/get_reward of OpenRLHF; GET /healthz and /metrics. docs/serve.md has what each takes and gives. Ctrl-C or ' +
        'SIGTERM: finishes what runs, refuses the rest, and ends with 0.',
    )
    .option('--host <host>', 'address to listen on; another than of this machine needs a token', '127.0.0.1')
    .option('--port <n>', 'port to listen on; 0: any that is free', portNumber, DEFAULT_PORT)
    .option('--token-file <file>', 'file with the token that every request but /healthz must carry')
    .option('--slots <n>', 'works at the same time (default: as many as cores)', wholeNumber(1))
    .option('--queue <n>', 'works that may wait; further ones get 503', wholeNumber(0), DEFAULT_QUEUE)
    .option('--max-body-mib <n>', 'largest body', wholeNumber(1), bodyBytes / MIB)
    .option('--max-tests <n>', 'most tests of a problem', wholeNumber(1), tests)
    .option('--max-test-seconds <s>', 'most CPU time that a test may be given', wholeNumber(1), testMs / 1000)
    .option(
      '--max-memory-mib <n>',
      'most memory that a program may be given',
      wholeNumber(64),
      memoryBytes / MIB,
    )
    .option('--max-answer-seconds <s>', 'longest work on one answer', wholeNumber(1), answerMs / 1000)
    .addHelpText(
      'after',
      `
Examples:
  $ gepo serve
  $ gepo serve --slots 32 --queue 2000 --max-test-seconds 20
  $ gepo serve --host 0.0.0.0 --token-file token.txt
  $ curl -s localhost:${DEFAULT_PORT}/judge -H 'content-type: application/json' -d '{"language": "python",
      "code": "print(int(input()) + 1)", "problem": {"tests": [{"kind": "stdin", "input": "1", "output": "2"}]}}'`,
    )
    .action(async (flags: ServeFlags) => {
      setExit(await runServe(flags, context))
    })
}

async function runServe(flags: ServeFlags, { stdout, stderr }: Context): Promise<ExitCode> {
  const token = flags.tokenFile === undefined ? undefined : readToken(flags.tokenFile)
  const { slots = availableParallelism() } = flags
  const { openServer } = await import('../../serve/open-server.ts')
  const server = await openServer({
    host: flags.host,
    port: flags.port,
    token,
    slots,
    queue: flags.queue,
    limits: {
      bodyBytes: flags.maxBodyMib * MIB,
      tests: flags.maxTests,
      testMs: flags.maxTestSeconds * 1000,
      memoryBytes: flags.maxMemoryMib * MIB,
      answerMs: flags.maxAnswerSeconds * 1000,
    },
    report: (error) => void stderr.write(bugText(error)),
  })
  await withInterrupt(
    () => stderr.write('Stopping: what runs is finished. Press Ctrl-C again to stop at once.\n'),
    async (signal) => {
      stdout.write(`gepo answers at ${server.url} (${slots} slots, ${flags.queue} may wait)\n`)
      if (!signal.aborted) await once(signal, 'abort')
      await server.close()
    },
  )
  return EXIT.done
}

function readToken(path: string): string {
  let token: string
  try {
    token = readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw new UserError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code}): check the path.`)
  }
  if (!/^[\x21-\x7e]+$/.test(token) || token.length < LEAST_TOKEN_CHARS)
    throw new UserError(
      `${path} must hold one word of at least ${LEAST_TOKEN_CHARS} letters, digits or signs: make one by \`openssl rand -hex 32\`.`,
    )
  return token
}
