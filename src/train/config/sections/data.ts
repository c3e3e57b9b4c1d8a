/** What is learned from: groups, pairs of texts, or translation tasks. */
import { z } from 'zod'
import { LOSER_CLASSES } from '../../../records/group-record.ts'
import { LANGUAGES } from '../../../records/language.ts'
import { LEVELS } from '../../../records/level.ts'
import { SPLITS } from '../../../records/split.ts'
import { OURS, oneOf, PAPER, positive, source, text, whole } from '../fields.ts'
import { date, style, system } from './prompts.ts'

/** Preference groups. */
export const dataSection = z.strictObject({
  /**
   * Database of groups that gepo build made; or groups or pairs from elsewhere: a file of Parquet or JSON lines, a folder
   * or a glob of such, or `hf:<owner>/<name>`.
   */
  groups: text(),
  /** Of groups from elsewhere: which column is what. */
  columns: z
    .strictObject({
      prompt: text().default('prompt').meta(source('TRL')),
      chosen: text().default('chosen').meta(source('TRL')),
      rejected: text().default('rejected').meta(source('TRL')),
    })
    .prefault({}),
  split: oneOf(SPLITS).default('train').meta(source(OURS)),
  /** Losers of these classes. */
  classes: z
    .array(oneOf(LOSER_CLASSES))
    .min(1, { error: 'must name at least one class' })
    .default([...LOSER_CLASSES])
    .meta(source(`${OURS}: every class there is`)),
  /** Winners that one of these levels gives, and losers at them. */
  levels: z
    .array(oneOf(LEVELS))
    .min(1, { error: 'must name at least one level' })
    .default([...LEVELS])
    .meta(source(`${OURS}: every level there is`)),
  /** Number of groups, drawn by the seed. */
  limit: whole(1).nullable().default(null).meta(source('none: all groups')),
  /** Database where lengths and the reference's log-probabilities are kept, for later runs too. */
  cache: text()
    .nullable()
    .default(null)
    .meta(source('none: beside the groups, with .cache after their name')),
})

export const batchSection = z.strictObject({
  /** Groups in one optimiser step. */
  groups: whole(1).default(8).meta(source(PAPER)),
})

/** Texts and the answers to them, in place of groups. */
export const pairsSection = z.strictObject({
  /** JSON lines, each with the texts `prompt` and `response`. */
  file: text(),
  style: style(),
  system: system(),
  date: date(),
})

const languages = () =>
  z.array(oneOf(LANGUAGES)).min(1, { error: 'must name at least one language' }).nullable().default(null)
/** What answers are rewarded to: translation problems, and groups whose C is to be compiled. */
export const tasksSection = z.strictObject({
  /**
   * Database of translation problems that gepo problems made, or of groups that gepo build made; or a list of such. A
   * file's weight over those of all is its share of the tasks.
   */
  problems: z.union(
    [
      text(),
      z
        .array(
          z.strictObject({
            file: text(),
            weight: positive().default(1),
          }),
        )
        .min(1, { error: 'must name at least one database' }),
    ],
    { error: 'must be a database, or a list such as [{file: problems.db, weight: 2}, {file: groups.db}]' },
  ),
  split: oneOf(SPLITS).default('train').meta(source(OURS)),
  /** Programs in these languages, to be said again in these. */
  sources: languages().meta(source('none: every language that there are programs in')),
  targets: languages().meta(source('none: those that the problems were made for')),
  /** Of groups: the levels that are asked for, where the prompt names one. */
  levels: z
    .array(oneOf(LEVELS))
    .min(1, { error: 'must name at least one level' })
    .nullable()
    .default(null)
    .meta(source('none: every level there is')),
  /** Of groups: inputs beyond a group's that a difference is looked for on, before an answer counts as right. */
  searchInputs: whole(0)
    .default(0)
    .meta(source(`${OURS}: the group's inputs`)),
  /** Number of tasks, or of groups, of each database, drawn by the seed. */
  limit: whole(1).nullable().default(null).meta(source('none: all of them')),
})
