/** `gepo view`: pages over a database and runs in a browser. */
import { once } from 'node:events'
import type { Command } from 'commander'
import { printable } from '../../base/printable.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { portNumber, wholeNumber } from '../flags/parse-number.ts'
import { withInterrupt } from '../progress/interrupt.ts'

interface ViewFlags {
  readonly port: number
  readonly seed: number
}

const DEFAULT_PORT = 8090

export function viewCommand(command: Command, context: Context, setExit: (code: ExitCode) => void): void {
  command
    .description(
      'Shows a database in a browser, on this machine alone: groups by what they can be filtered by, one group with its edits, ' +
        'IR beside IR and witnesses, which can be proven again; drops; the audit. It only reads: a build may go on meanwhile. ' +
        'Ctrl-C ends it.',
    )
    .argument('<groups.db>', 'database that gepo build made')
    .option('--port <n>', 'port of 127.0.0.1 to listen on; 0: any that is free', portNumber, DEFAULT_PORT)
    .option('--seed <n>', 'seed of the audit', wholeNumber(0), 0)
    .addHelpText(
      'after',
      `
Examples:
  $ gepo view groups.db
  $ gepo view groups.db --port 0`,
    )
    .action(async (path: string, flags: ViewFlags) => {
      await runView(path, flags, context)
      setExit(EXIT.done)
    })
}

async function runView(
  database: string,
  { port, seed }: ViewFlags,
  { stdout, stderr }: Context,
): Promise<void> {
  const { openViewer } = await import('../../view/open-viewer.ts')
  const viewer = await openViewer({
    database,
    port,
    seed,
    compiler: undefined,
    report: (error) =>
      void stderr.write(
        `gepo: this is a bug; please report it with what follows.\n${printable(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`,
      ),
  })
  await withInterrupt(
    () => {},
    async (signal) => {
      stdout.write(`gepo shows ${database} at ${viewer.url} (Ctrl-C ends it)\n`)
      if (!signal.aborted) await once(signal, 'abort')
      await viewer.close()
    },
  )
}
