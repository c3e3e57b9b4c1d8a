/**
 * The command line: arguments in, exit code out. Results go to stdout, everything else to stderr. All errors end
 * here: one sentence for what the user can mend, a stack for a bug.
 */

import { Command, CommanderError } from 'commander'
import { explainFileError } from '../base/explain-file-error.ts'
import { packageVersion } from '../base/package-version.ts'
import { printable } from '../base/printable.ts'
import { UserError } from '../base/user-error.ts'
import { COMMANDS } from './commands.ts'
import { type Context, processContext } from './context.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { bugText } from './render/bug-text.ts'
import { usageSentence } from './render/usage-sentence.ts'

/**
 * Runs one command.
 *
 * @param argv arguments after the program's name, as `process.argv.slice(2)` gives them
 * @example process.exitCode = await main(['stats', 'groups.db', '--json'])
 */
export async function main(argv: readonly string[], context: Context = processContext()): Promise<number> {
  const { stdout, stderr } = context
  // A reader such as `head` may leave before all is written; that is no error of this command.
  const onStreamError = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  }
  for (const stream of [stdout, stderr]) stream.on('error', onStreamError)
  let exit: ExitCode = EXIT.done
  try {
    const program = await createProgram(context, commandWord(argv), (code) => {
      exit = code
    })
    await program.parseAsync(argv, { from: 'user' })
    return exit
  } catch (error) {
    if (isBrokenPipe(error)) return EXIT.done
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.done
      if (error.code !== 'commander.help')
        stderr.write(`gepo: ${printable(usageSentence(error, helpOf(error, argv)))}\n`)
      return EXIT.usage
    }
    const explained = explainFileError(error, 'what was being read or written')
    if (explained instanceof UserError) {
      stderr.write(`gepo: ${printable(explained.message)}\n`)
      return EXIT.usage
    }
    stderr.write(bugText(error))
    return EXIT.bug
  } finally {
    // Streams of the process stay guarded: what is buffered may fail after this returns.
    if (stdout !== process.stdout) {
      for (const stream of [stdout, stderr]) stream.off('error', onStreamError)
    }
  }
}

/** @param asked the one command whose module is needed */
async function createProgram(
  context: Context,
  asked: string | undefined,
  setExit: (code: ExitCode) => void,
): Promise<Command> {
  const program = new Command('gepo')
    .description(
      'Builds groups of LLVM IR from C programs, with labels proven by running them, for preference training.',
    )
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}` })
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
      // Said once, in `main`.
      outputError: () => {},
      getOutHelpWidth: () => context.stdout.columns ?? 100,
      getErrHelpWidth: () => context.stderr.columns ?? 100,
    })
    .addHelpText(
      'after',
      `
Exit codes: 0 done, 1 a checked property does not hold, 2 wrong usage or input, 3 unknown, 70 a bug of gepo,
130 interrupted.

Examples:
  $ gepo doctor
  $ gepo build programs/ --out groups.db
  $ gepo show groups.db`,
    )
  for (const { name, usage, summary, load } of COMMANDS) {
    const command = program.command(name).usage(usage).summary(summary)
    if (name === asked) (await load())(command, context, setExit)
  }
  return program
}

/** Before the command's name stand only flags without a value. */
const commandWord = (argv: readonly string[]) => argv.find((argument) => !argument.startsWith('-'))

function helpOf({ code }: CommanderError, argv: readonly string[]): string {
  const command = commandWord(argv)
  return code === 'commander.unknownCommand' || command === undefined
    ? 'gepo --help'
    : `gepo ${command} --help`
}

function isBrokenPipe(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === 'EPIPE'
}
