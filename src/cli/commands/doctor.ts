/** `gepo doctor`: what is installed, what each missing part would give, how to get it. */
import type { Command } from 'commander'
import { formatParts } from '../../doctor/format-parts.ts'
import { isReady } from '../../doctor/part.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'

export function doctorCommand(command: Command, context: Context, setExit: (code: ExitCode) => void): void {
  command
    .description(
      'Looks for each part that gepo uses, tries it, and names the command that installs what is missing. ' +
        'Exit 0: groups can be built here; 1: a required part is missing.',
    )
    .option('--json', 'print the parts as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ gepo doctor
  $ gepo doctor --json`,
    )
    .action(async (flags: { json?: boolean }) => {
      const parts = await context.checkParts()
      context.stdout.write(
        flags.json ? `${JSON.stringify({ ready: isReady(parts), parts })}\n` : formatParts(parts),
      )
      setExit(isReady(parts) ? EXIT.done : EXIT.failed)
    })
}
