/** `gepo view`: pages over a database and runs in a browser. */
import { once } from 'node:events'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { UserError } from '../../base/user-error.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { portNumber, wholeNumber } from '../flags/parse-number.ts'
import { withInterrupt } from '../progress/interrupt.ts'
import { bugText } from '../render/bug-text.ts'

interface ViewFlags {
  readonly run?: readonly string[]
  readonly port: number
  readonly seed: number
  readonly out?: string
  readonly group?: string
  readonly sample?: number
}

const DEFAULT_PORT = 8090

export function viewCommand(command: Command, context: Context, setExit: (code: ExitCode) => void): void {
  command
    .description(
      'Shows a database in a browser, on this machine alone: groups by what they can be filtered by, one group with its edits, ' +
        'IR beside IR and witnesses, which can be proven again; drops; the audit; runs of training, their curves and answers beside each other. It only reads: a build or a ' +
        'run may go on meanwhile. Ctrl-C ends it.',
    )
    .argument('[groups.db]', 'database that gepo build made; may be left out where runs are named')
    .option(
      '--run <folder>',
      'a run of gepo train, or a folder that holds some; may be given several times',
      several,
    )
    .option('--port <n>', 'port of 127.0.0.1 to listen on; 0: any that is free', portNumber, DEFAULT_PORT)
    .option('--seed <n>', 'seed of the audit, or of the sample', wholeNumber(0), 0)
    .option('--out <folder>', 'write pages for the web into a new folder instead, of one group or a sample')
    .option('--group <id>', "with --out: this group; its id's first digits do")
    .option('--sample <n>', 'with --out: that many groups, drawn by --seed', wholeNumber(1))
    .addHelpText(
      'after',
      `
Examples:
  $ gepo view groups.db
  $ gepo view groups.db --port 0
  $ gepo view groups.db --run runs/a --run runs/b
  $ gepo view --run runs
  $ gepo view groups.db --out pages --sample 50 --seed 3`,
    )
    .action(async (path: string | undefined, flags: ViewFlags) => {
      const { out } = flags
      if (out === undefined) await runView(path, flags, context)
      else await writeView(path, { ...flags, out }, context)
      setExit(EXIT.done)
    })
}

async function runView(
  database: string | undefined,
  flags: ViewFlags,
  { stdout, stderr }: Context,
): Promise<void> {
  const { run: runs = [], port, seed } = flags
  if (flags.group !== undefined || flags.sample !== undefined)
    throw new UserError('--group and --sample are for files; name a folder for them by --out.')
  if (database === undefined && runs.length === 0)
    throw new UserError('There is nothing to show; name a database that gepo build made, or a run by --run.')
  if (database !== undefined && holdsRuns(database))
    throw new UserError(`${database} is a folder of runs; name it by --run.`)
  const { openViewer } = await import('../../view/open-viewer.ts')
  const viewer = await openViewer({
    database,
    runs,
    port,
    seed,
    report: (error) => void stderr.write(bugText(error)),
  })
  await withInterrupt(
    () => {},
    async (signal) => {
      stdout.write(
        `gepo shows ${[database ?? [], runs].flat().join(', ')} at ${viewer.url} (Ctrl-C ends it)\n`,
      )
      if (!signal.aborted) await once(signal, 'abort')
      await viewer.close()
    },
  )
}

async function writeView(
  database: string | undefined,
  { out, group, sample, seed, run }: ViewFlags & { readonly out: string },
  { stdout }: Context,
): Promise<void> {
  if (database === undefined)
    throw new UserError('--out writes groups; name a database that gepo build made.')
  if (run !== undefined) throw new UserError('--out writes groups alone; gepo report writes a page of runs.')
  const what = group !== undefined ? { group } : sample !== undefined ? { sample, seed } : undefined
  if (what === undefined || (group !== undefined && sample !== undefined))
    throw new UserError('--out writes one group or a sample; give either --group or --sample.')
  const { writePages } = await import('../../view/write-pages.ts')
  const count = writePages({ database, out, what })
  stdout.write(`${count} ${count === 1 ? 'group' : 'groups'} in ${out}; open ${join(out, 'index.html')}\n`)
}

const several = (value: string, before: readonly string[] = []): string[] => [...before, value]

function holdsRuns(path: string): boolean {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  return (
    isFolder &&
    [path, ...readdirSync(path).map((name) => join(path, name))].some((folder) =>
      existsSync(join(folder, 'metrics.jsonl')),
    )
  )
}
