/** `gepo show`: one group in the terminal. */
import type { Command } from 'commander'
import { sampleIds } from '../../base/sample-ids.ts'
import { UserError } from '../../base/user-error.ts'
import type { StoredGroup } from '../../records/group-record.ts'
import { isOwnAnswers } from '../../store/database-kind.ts'
import { type OwnAnswersReader, readOwnAnswers } from '../../store/own-answers.ts'
import { openStore, type Store } from '../../store/store.ts'
import type { Context } from '../context.ts'
import { wholeNumber } from '../flags/parse-number.ts'
import { paletteFor } from '../render/palette.ts'
import { renderGroup } from '../render/render-group.ts'
import { renderOwnAnswers } from '../render/render-own-answers.ts'

interface ShowFlags {
  readonly seed?: number
  readonly full?: boolean
  readonly json?: boolean
}

export function showCommand(command: Command, context: Context): void {
  command
    .description(
      'Prints one group: the C source with the edits marked, the winners, and for each loser the IR diff against ' +
        "its nearest winner and the input that tells them apart. Of a run's on-policy.db: what the model itself " +
        'answered to one prompt, and the proof of what is wrong.',
    )
    .argument('<groups.db>', "database that gepo build made, or a run's on-policy.db")
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
  $ gepo show runs/a/on-policy.db
  $ gepo show groups.db --seed 7 --json | jq '.group.losers[].mutant'`,
    )
    .action((path: string, id: string | undefined, flags: ShowFlags) => {
      if (isOwnAnswers(path)) return showOwnAnswers(path, id, flags, context)
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

function showOwnAnswers(
  path: string,
  id: string | undefined,
  { seed, full = false, json }: ShowFlags,
  context: Context,
): void {
  const reader = readOwnAnswers(path)
  try {
    const group = chooseOwnGroup(reader, id, seed)
    const answers = [...reader.answers(group)]
    context.stdout.write(
      json
        ? `${JSON.stringify({ ...reader.origin, group, answers })}\n`
        : renderOwnAnswers(answers, reader.origin, { paint: paletteFor(context.stdout), full }),
    )
  } finally {
    reader.close()
  }
}

function chooseOwnGroup(
  { path, groupIds }: OwnAnswersReader,
  id: string | undefined,
  seed: number | undefined,
) {
  if (id !== undefined && !/^[0-9a-f]{1,64}$/i.test(id))
    throw new UserError(`"${id}" is not a group id; give its first hex digits, such as 3fa9c1.`)
  const found = groupIds(id?.toLowerCase())
  const [first] = id === undefined && seed !== undefined ? sampleIds(found, 1, seed) : found
  if (first === undefined)
    throw new UserError(
      id === undefined
        ? `${path} holds no answers yet.`
        : `${path} has no answers to a group whose id begins with ${id}.`,
    )
  if (id !== undefined && found.length > 1)
    throw new UserError(`Several groups of ${path} begin with ${id}; give more digits.`)
  return first
}

function chooseGroup(store: Store, id: string | undefined, seed: number | undefined): StoredGroup {
  if (id !== undefined) return store.findGroup(id)
  const selection = seed === undefined ? {} : { sample: 1, seed }
  for (const stored of store.groups(selection)) return stored
  throw new UserError(
    `${store.path} holds no groups; gepo stats ${store.path} says where its units were dropped.`,
  )
}
