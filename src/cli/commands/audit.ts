/** `gepo audit`: what the labels of a database may give away. */
import type { Command } from 'commander'
import { audit } from '../../audit/audit.ts'
import { openAuditRows } from '../../store/audit-rows.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { wholeNumber } from '../flags/parse-number.ts'
import { renderAudit } from '../render/render-audit.ts'

export function auditCommand(command: Command, context: Context, setExit: (code: ExitCode) => void): void {
  command
    .description(
      'Looks for near-copies of a source in several splits, texts that several groups share, and differences between ' +
        'winners and losers that a classifier finds in the IR alone. Exit 0: no near-copies across splits; 1: some.',
    )
    .argument('<groups.db>', 'database that gepo build made')
    .option('--seed <n>', "seed of the classifier's sample and of the intervals", wholeNumber(0), 0)
    .option('--json', 'print all figures as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ gepo audit groups.db
  $ gepo audit groups.db --json | jq .artefacts.normalised.test.auc`,
    )
    .action((path: string, flags: { seed: number; json?: boolean }) => {
      const rows = openAuditRows(path)
      try {
        const result = audit(rows, {
          seed: flags.seed,
          onStep: (step) => void context.stderr.write(`gepo audit: ${step}\n`),
        })
        context.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : renderAudit(result))
        if (result.clusters.leaking > 0) setExit(EXIT.failed)
      } finally {
        rows.close()
      }
    })
}
