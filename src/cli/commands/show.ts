/** `gepo show`: one group in the terminal. */
import type { Command } from 'commander'
import { UserError } from '../../base/user-error.ts'
import type { StoredGroup } from '../../records/group-record.ts'
import { openStore, type Store } from '../../store/store.ts'
import type { Context } from '../context.ts'
import { wholeNumber } from '../flags/parse-number.ts'
import { paletteFor } from '../render/palette.ts'
import { renderGroup } from '../render/render-group.ts'

interface ShowFlags {
  readonly seed?: number
  readonly full?: boolean
  readonly json?: boolean
}

export function showCommand(command: Command, context: Context): void {
  command
    .description(
      'Prints one group: the C source with the edits marked, the winners, and for each loser the IR diff against ' +
        'its nearest winner and the input that tells them apart.',
    )
    .argument('<groups.db>', 'database that gepo build made')
    .argument('[id]', "the group's id or its first digits (default: the first group)")
    .option('--seed <n>', 'without an id: the group drawn by this seed', wholeNumber(0))
    .option('--full', 'cut nothing')
    .option('--json', 'print the whole record as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ gepo show groups.db
  $ gepo show groups.db 3fa9c1 --full | less -R
  $ gepo show groups.db --seed 7 --json | jq '.group.losers[].mutant'`,
    )
    .action((path: string, id: string | undefined, flags: ShowFlags) => {
      const store = openStore(path, { readonly: true })
      try {
        const stored = store.intact(chooseGroup(store, id, flags.seed))
        const paint = paletteFor(context.stdout)
        context.stdout.write(
          flags.json
            ? `${JSON.stringify(stored)}\n`
            : renderGroup(stored, { paint, full: flags.full ?? false }),
        )
      } finally {
        store.close()
      }
    })
}

function chooseGroup(store: Store, id: string | undefined, seed: number | undefined): StoredGroup {
  if (id !== undefined) return store.findGroup(id)
  const selection = seed === undefined ? {} : { sample: 1, seed }
  for (const stored of store.groups(selection)) return stored
  throw new UserError(
    `${store.path} holds no groups; gepo stats ${store.path} says where its units were dropped.`,
  )
}
