/**
 * Groups of a step in, the same with the model's own answers among their members out. Answers are drawn from the model as
 * it is, judged while others are drawn, and kept in the run's side database with what they are learned from by. While the
 * last ones are judged the reference's log-probabilities are computed.
 *
 * What is drawn follows from the seed, the step, the prompt and the weights alone; what a group then has, from what the
 * database keeps of steps before. So a step that is taken again gives the same.
 */
import { seedOf } from '../../base/random.ts'
import { UserError } from '../../base/user-error.ts'
import type { CompileTask } from '../../records/compile-task.ts'
import type { IrVerdict } from '../../records/ir-verdict.ts'
import type { DrawnOwnAnswer } from '../../records/own-answer.ts'
import type { OwnAnswersStore } from '../../store/own-answers.ts'
import type { OnPolicySettings } from '../config/reference-needs.ts'
import type { GroupConfig } from '../config/train-config.ts'
import { compileTask } from '../data/compile-source.ts'
import { readAtLevel } from '../data/rows-by-level.ts'
import type { EncodedTask } from '../data/task-source.ts'
import type { Sequence } from '../data/token-batch.ts'
import type { PreparedGroup } from '../preference/prepared-group.ts'
import { readLogProbs } from '../preference/read-log-probs.ts'
import type { Model } from '../tensor-engine/tensor-engine.ts'
import type { TextTokenizer } from '../tokenizer/load-tokenizer.ts'
import type { Compiling } from './compiling.ts'
import { type Answer, drawAnswers, type Judged, type Judgement } from './draw-answers.ts'
import { ownRole } from './own-role.ts'
import { MOST_UNJUDGED, type ReferenceModel } from './rollouts.ts'

export interface OwnAnswersParts {
  readonly config: Pick<GroupConfig, 'data' | 'length' | 'seed' | 'engine'>
  readonly settings: OnPolicySettings
  readonly model: Model
  /** Undefined for a loss that takes none. */
  readonly reference: ReferenceModel | undefined
  readonly compiling: Compiling
  readonly store: OwnAnswersStore
  readonly tokenizer: Pick<TextTokenizer, 'decode'>
  readonly stopTokens: Int32Array
  readonly onProgress: (judged: number, answers: number) => void
}

export interface OwnAnswers {
  /** The groups with what of the model's own answers belongs to them, drawn now where the step is due. */
  join(
    groups: readonly PreparedGroup[],
    step: number,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly groups: readonly PreparedGroup[]; readonly measure: OwnAnswersMeasure }>
}

/** Of one step. */
export interface OwnAnswersMeasure {
  /** Of the model's own among the members of the step's groups. */
  readonly winners: number
  readonly losers: number
  /** Of the answers that were drawn; absent where the step is not due. */
  readonly drawn?: {
    readonly answers: number
    /** How many ended how, in the judge's words, and `truncated`. */
    readonly outcomes: Readonly<Record<string, number>>
    /** Answers that were new to their group. */
    readonly kept: number
    readonly seconds: {
      readonly generate: number
      /** From the first end to the last verdict; of it `wait`, when nothing else was left to do. */
      readonly judge: number
      readonly wait: number
    }
  }
}

export function createOwnAnswers(parts: OwnAnswersParts): OwnAnswers {
  const { config, settings, model, store } = parts
  const roles = { classes: config.data.classes, losers: settings.losers }
  const mostTokens = Math.min(config.length.maxTokens, model.info.maxPositions)

  async function draw(
    groups: readonly PreparedGroup[],
    step: number,
    signal: AbortSignal | undefined,
  ): Promise<OwnAnswersMeasure['drawn']> {
    const tasks = groups
      .filter(({ prompt }) => prompt.length + settings.maxNewTokens <= mostTokens)
      .map((group) => toTask(group, parts))
    if (tasks.length === 0) return undefined
    const { answers, generateSeconds, judged, cancel } = await drawAnswers(model, tasks, {
      ...settings,
      stopTokens: parts.stopTokens,
      tokenizer: parts.tokenizer,
      seedOf: ({ id }, sample) => ownSeed(config.seed, step, id, sample),
      judge: (task, text, options) =>
        parts.compiling.judge(task, text, { ...options, searchInputs: settings.searchInputs }),
      signal,
      onProgress: parts.onProgress,
    })
    try {
      const reference = await readReference(parts, answers, signal)
      const waitingSince = performance.now()
      const { judgements, seconds } = await judged
      const waitSeconds = (performance.now() - waitingSince) / 1000
      refuseUnjudged(judgements)
      const kept = keptOf(answers, judgements, reference)
      store.save(kept.map((answer) => ({ ...answer, step, role: ownRole(answer.verdict, roles) })))
      return {
        answers: answers.length,
        outcomes: countOutcomes(judgements),
        kept: kept.length,
        seconds: { generate: generateSeconds, judge: seconds, wait: waitSeconds },
      }
    } finally {
      cancel()
    }
  }

  /** Those that are new, once each; what did not end or could not be judged says nothing. */
  function keptOf(
    answers: readonly Answer<CompileTask>[],
    judgements: Judged<IrVerdict>['judgements'],
    reference: Float64Array | undefined,
  ): Omit<DrawnOwnAnswer, 'step' | 'role'>[] {
    const seen = new Set<string>()
    return answers.flatMap(({ task, sample, ids }, i) => {
      const { text, verdict } = judgements[i]!
      if (verdict.kind === 'truncated' || verdict.kind === 'unjudged') return []
      const { group, level, unit, code } = task
      const key = JSON.stringify([task.id, text])
      if (seen.has(key) || store.has({ group, level, answer: text })) return []
      seen.add(key)
      const known = { group, level, unit, prompt: code, answer: text, verdict }
      return [{ sample, ...known, ids, reference: reference?.[i] ?? null }]
    })
  }

  return {
    async join(groups, step, signal) {
      const drawn = step % settings.every === 0 ? await draw(groups, step, signal) : undefined
      const joined = groups.map((group) =>
        joinGroup(group, store.joining(promptOfGroup(group), settings.most)),
      )
      const sum = (count: (one: Joined) => number) => joined.reduce((total, one) => total + count(one), 0)
      return {
        groups: joined.map(({ group }) => group),
        measure: {
          winners: sum(({ winners }) => winners),
          losers: sum(({ losers }) => losers),
          ...(drawn && { drawn }),
        },
      }
    },
  }
}

interface Joined {
  readonly group: PreparedGroup
  readonly winners: number
  readonly losers: number
}

/** The model's own winners behind the group's, its own losers behind those; what is a member already is not one twice. */
function joinGroup(group: PreparedGroup, answers: readonly DrawnOwnAnswer[]): Joined {
  const known = new Set(group.responses.map(String))
  const fresh = answers.filter(({ ids }) => !known.has(String(ids)))
  const winners = fresh.filter(({ role }) => role === 'winner')
  const losers = fresh.filter(({ role }) => role === 'loser')
  const joinedWith = <Value>(
    members: readonly Value[],
    partOf: (answer: DrawnOwnAnswer) => Value,
  ): Value[] => [
    ...members.slice(0, group.winners),
    ...winners.map(partOf),
    ...members.slice(group.winners),
    ...losers.map(partOf),
  ]
  return {
    winners: winners.length,
    losers: losers.length,
    group: {
      ...group,
      responses: joinedWith(group.responses, ({ ids }) => ids),
      reference: Float64Array.from(joinedWith([...group.reference], ({ reference }) => reference ?? 0)),
      winners: group.winners + winners.length,
      losers: [
        ...group.losers,
        ...losers.map(({ verdict }) => ({ class: verdict.kind, operator: 'own answer' })),
      ],
    },
  }
}

const promptOfGroup = ({ id }: Pick<PreparedGroup, 'id'>) => {
  const { groupId: group, level } = readAtLevel(id)
  return { group, level }
}

function toTask(
  { id, prompt }: PreparedGroup,
  { compiling, config }: OwnAnswersParts,
): EncodedTask<CompileTask> {
  const { groupId, level } = readAtLevel(id)
  return { task: compileTask(compiling.rows(config.data.groups), groupId, level), prompt }
}

/** Of every answer that ended, once for those that are the same; 0 for the others, which nobody learns from. */
async function readReference(
  { reference, stopTokens, config }: OwnAnswersParts,
  answers: readonly Answer<CompileTask>[],
  signal: AbortSignal | undefined,
): Promise<Float64Array | undefined> {
  if (reference === undefined) return undefined
  const keys = answers.map(({ task, ids }) =>
    stopTokens.includes(ids.at(-1)!) ? `${task.id} ${ids}` : undefined,
  )
  const distinct = new Map<string, Sequence>()
  for (const [i, key] of keys.entries())
    if (key !== undefined) distinct.set(key, { prompt: answers[i]!.prompt, response: answers[i]!.ids })
  const { model, options } = reference
  const sums = await readLogProbs(model, [...distinct.values()], config.engine.packedTokens, signal, options)
  const byKey = new Map([...distinct.keys()].map((key, at) => [key, sums[at]!]))
  return Float64Array.from(keys, (key) => (key === undefined ? 0 : byKey.get(key)!))
}

/** @throws UserError where too many could not be judged to go on */
function refuseUnjudged(judgements: readonly Judgement<IrVerdict>[]): void {
  const reasons = judgements.flatMap(({ verdict }) => (verdict.kind === 'unjudged' ? [verdict.reason] : []))
  if (reasons.length > MOST_UNJUDGED * judgements.length)
    throw new UserError(
      `${reasons.length} of ${judgements.length} of the model's own answers could not be judged (${reasons[0]}); mend that, or leave onPolicy out.`,
    )
}

function countOutcomes(judgements: readonly Judgement<IrVerdict>[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { verdict } of judgements) counts[verdict.kind] = (counts[verdict.kind] ?? 0) + 1
  return counts
}

/** Independent of all else that is drawn. */
function ownSeed(seed: number, step: number, task: string, sample: number): number {
  return seedOf(`own ${seed} ${step} ${task} ${sample}`)
}
