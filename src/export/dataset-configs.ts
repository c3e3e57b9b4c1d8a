/** A group's line in, its rows in each table of an exported data set out. Pure. */
import { type Pairing, preferencePairs } from '../records/preference-pairs.ts'
import type { GroupLine } from './group-line.ts'
import type { Columns } from './parquet/columns.ts'
import type { ExportedRow } from './parquet/write-parquet.ts'

/** A configuration of the data set: a table, with a file or more for each split. */
export interface DatasetConfig {
  readonly name: 'groups' | 'pairs' | 'unpaired'
  readonly columns: Columns
  rowsOf(line: GroupLine): readonly ExportedRow[]
}

/**
 * `standard`: prompts and responses are text. `conversational`: lists of messages, as chat templates take them. Both are
 * what TRL calls them.
 */
export const TEXT_FORMS = ['standard', 'conversational'] as const
export type TextForm = (typeof TEXT_FORMS)[number]

export interface PairOptions {
  readonly pairing: Pairing
  readonly form: TextForm
}

const STRINGS = { list: 'string' } as const
const NUMBERS = { list: 'float64' } as const

/** A row a group; the columns of losers have an entry for each of them, in the order of `rejected`. */
export const groupsConfig: DatasetConfig = {
  name: 'groups',
  columns: {
    id: 'string',
    prompt: 'string',
    chosen: STRINGS,
    rejected: STRINGS,
    unit_kind: 'string',
    unit_name: 'string',
    dataset: 'string',
    source_split: 'string',
    row: 'string',
    license: 'string',
    source_sha256: 'string',
    chosen_levels: { list: STRINGS },
    rejected_level: STRINGS,
    rejected_class: STRINGS,
    rejected_operator: STRINGS,
    rejected_difficulty: NUMBERS,
    rejected_shown: NUMBERS,
    rejected_evidence: STRINGS,
  },
  rowsOf: ({ id, unit, source, prompt, winners, losers }) => [
    {
      id,
      prompt,
      chosen: winners.map(({ ir }) => ir),
      rejected: losers.map(({ ir }) => ir),
      unit_kind: unit.kind,
      unit_name: unit.name,
      dataset: source.dataset,
      source_split: source.split,
      row: source.row,
      license: source.license,
      source_sha256: source.sha256,
      chosen_levels: winners.map(({ levels }) => levels),
      rejected_level: losers.map(({ level }) => level),
      rejected_class: losers.map((loser) => loser.class),
      rejected_operator: losers.map(({ operator }) => operator),
      rejected_difficulty: losers.map(({ difficulty }) => difficulty),
      rejected_shown: losers.map(({ shown }) => shown),
      rejected_evidence: losers.map((loser) =>
        loser.witness === null ? loser.message : JSON.stringify(loser.witness),
      ),
    },
  ],
}

const MESSAGES = { list: { struct: { role: 'string', content: 'string' } } } as const
const textType = (form: TextForm) => (form === 'standard' ? 'string' : MESSAGES)
const asPrompt = (text: string, form: TextForm) =>
  form === 'standard' ? text : [{ role: 'user', content: text }]
const asResponse = (text: string, form: TextForm) =>
  form === 'standard' ? text : [{ role: 'assistant', content: text }]

/** TRL's preference form with an explicit prompt. */
export function pairsConfig({ pairing, form }: PairOptions): DatasetConfig {
  const type = textType(form)
  return {
    name: 'pairs',
    columns: { prompt: type, chosen: type, rejected: type },
    rowsOf: ({ prompt, winners, losers }) =>
      preferencePairs(winners.length, losers.length, pairing).map(([winner, loser]) => ({
        prompt: asPrompt(prompt, form),
        chosen: asResponse(winners[winner]!.ir, form),
        rejected: asResponse(losers[loser]!.ir, form),
      })),
  }
}

/** The same with what is known of a pair, and its licence. */
export function describedPairsConfig(options: PairOptions): DatasetConfig {
  const plain = pairsConfig(options)
  return {
    name: 'pairs',
    columns: {
      ...plain.columns,
      group_id: 'string',
      license: 'string',
      rejected_level: 'string',
      rejected_class: 'string',
      rejected_operator: 'string',
      rejected_difficulty: 'float64',
    },
    rowsOf: (line) => {
      const pairs = preferencePairs(line.winners.length, line.losers.length, options.pairing)
      return plain.rowsOf(line).map((row, index) => {
        const { level, operator, difficulty, class: rejectedClass } = line.losers[pairs[index]![1]]!
        return {
          ...row,
          group_id: line.id,
          license: line.source.license,
          rejected_level: level,
          rejected_class: rejectedClass,
          rejected_operator: operator,
          rejected_difficulty: difficulty,
        }
      })
    },
  }
}

/** TRL's unpaired preference form: each response once, with whether it is a winner. */
export function unpairedConfig(form: TextForm): DatasetConfig {
  const type = textType(form)
  return {
    name: 'unpaired',
    columns: { prompt: type, completion: type, label: 'bool' },
    rowsOf: ({ prompt, winners, losers }) => {
      const row = (ir: string, label: boolean) => ({
        prompt: asPrompt(prompt, form),
        completion: asResponse(ir, form),
        label,
      })
      return [...winners.map(({ ir }) => row(ir, true)), ...losers.map(({ ir }) => row(ir, false))]
    },
  }
}
