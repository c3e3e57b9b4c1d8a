/** `gepo push`: an exported data set, to the hub. */
import type { Command } from 'commander'
import { UserError } from '../../base/user-error.ts'
import { pushDataset } from '../../export/push-dataset.ts'
import { hubPrefix } from '../../sources/parse-hub-spec.ts'
import type { Context } from '../context.ts'

interface PushFlags {
  readonly public?: boolean
  readonly revision: string
  readonly json?: boolean
}

export function pushCommand(command: Command, context: Context): void {
  command
    .description(
      'Uploads a folder that gepo export wrote as a data set of the Hugging Face hub. A data set that is not there yet is ' +
        'made, private. Files that the hub has already are left out, so that a push which was stopped goes on by the same ' +
        'command. The token is taken from HF_TOKEN, or from where huggingface_hub keeps it.',
    )
    .argument('<folder>', 'what gepo export --format parquet or trl wrote')
    .argument('<data set>', 'hf:<owner>/<name>')
    .option('--public', 'let everybody see a data set that is made')
    .option('--revision <branch>', 'branch to upload to', 'main')
    .option('--json', 'print what was done as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ gepo export groups.db --format parquet --out my-groups
  $ HF_TOKEN=hf_... gepo push my-groups hf:me/my-groups`,
    )
    .action(async (folder: string, spec: string, flags: PushFlags) => {
      const name = spec.slice(hubPrefix.length)
      if (!spec.startsWith(hubPrefix) || !/^[\w.-]+\/[\w.-]+$/.test(name))
        throw new UserError(`${spec} names no data set: write hf:<owner>/<name>.`)
      const pushed = await pushDataset(folder, {
        name,
        isPublic: flags.public ?? false,
        revision: flags.revision,
        onFile: ({ path, bytes, kind }) =>
          void context.stderr.write(`gepo push: ${path}, ${bytes} bytes: ${kind}\n`),
      })
      context.stdout.write(
        flags.json
          ? `${JSON.stringify(pushed)}\n`
          : `${pushed.url}: ${pushed.sent} files sent, ${pushed.there} were there\n`,
      )
    })
}
