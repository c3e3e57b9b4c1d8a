/**
 * The arms as plain data: what `gepo train` is told beside what all arms have in common. A new arm is an entry here.
 *
 * Every arm of a size takes the same number of steps over as many tokens, near enough: a step has some groups of 6 texts. SFT,
 * which has no use for losers, takes three times as many groups a step. OORL alone takes more: its groups beside its answers.
 */
import { RESPONSE_TEMPLATE } from './plain-ir.ts'

export interface Arm {
  readonly name: string
  readonly options: Readonly<Record<string, unknown>>
}

/** Of a run, and of its steps what they have. OWN groups are fewer: the model's own answers join them, for as many texts. */
interface Size {
  readonly steps: number
  readonly groups: number
  readonly ownGroups: number
  readonly tasks: number
}
const SHORT: Size = { steps: 24, groups: 5, ownGroups: 3, tasks: 5 }
const LONG: Size = { steps: 100, groups: 12, ownGroups: 7, tasks: 12 }
const LONGEST: Size = { ...LONG, steps: 300 }

/** Of an answer at most; there is room for every prompt beside it. */
export const ANSWER_TOKENS = 256
const MAX_TOKENS = 320

/** Of every model here: twice the tokens a second of float32 where the processor multiplies bfloat16. */
export const NUMBERS = { numberType: 'bfloat16' } as const

/** What all arms go on from: a new model that has seen pairs of C and IR, until it compiles some of what it has not seen. */
export const START = {
  method: 'sft',
  model: 'new-model',
  out: 'start',
  seed: 1,
  pairs: { file: 'pairs.jsonl' },
  length: { maxTokens: 256 },
  batch: { groups: 16 },
  epochs: 2,
  maxSteps: 2500,
  optimizer: { learningRate: 2e-3 },
  schedule: { kind: 'cosine', warmupRatio: 0.03 },
  evaluation: { everySteps: 1_000_000 },
  checkpoints: { everySteps: 100 },
} as const

/** Of every run after it; `model`, `out` and `seed` are the runner's. */
export const COMMON = {
  length: { maxTokens: MAX_TOKENS },
  schedule: { kind: 'cosine', warmupRatio: 0.1 },
  evaluation: { everySteps: 1_000_000, groups: 1 },
  checkpoints: { everySteps: 10 },
} as const

/** A short run has no more groups or tasks than its steps take, drawn by its seed; a long one goes over all of them again. */
const drawn = (count: number, { steps }: Size) => (steps === SHORT.steps ? { limit: steps * count } : {})
/** So many epochs that the steps end it. */
const length = ({ steps }: Size) => (steps === SHORT.steps ? {} : { epochs: steps / 10, maxSteps: steps })

/** Of those that learn from groups. */
const groups = (size: Size, stepGroups = size.groups) => ({
  data: { groups: 'groups.db', ...drawn(stepGroups, size) },
  prompt: { response: RESPONSE_TEMPLATE },
  batch: { groups: stepGroups },
  ...length(size),
})

const rate = (learningRate: number) => ({ optimizer: { learningRate } })
const sft = (size: Size, learningRate: number) => ({
  ...groups(size),
  method: 'sft',
  epochs: 3,
  maxSteps: size.steps,
  ...length(size),
  batch: { groups: 3 * size.groups },
  ...rate(learningRate),
})
const dpo = (size: Size, learningRate: number, dpo: object = {}) => ({
  ...groups(size),
  method: 'dpo',
  dpo,
  ...rate(learningRate),
})
const gepo = (size: Size, learningRate: number, gepo: object = {}) => ({
  ...groups(size),
  method: 'gepo',
  gepo,
  ...rate(learningRate),
})

const OWN_ANSWERS = 4
const onPolicy = (size: Size, learningRate: number, options: object) => ({
  ...gepo(size, learningRate, options),
  ...groups(size, size.ownGroups),
  onPolicy: { samples: OWN_ANSWERS, maxNewTokens: ANSWER_TOKENS },
})

/** Answers in a step are nearly as many as the texts of the other arms. */
const TASK_ANSWERS = 5
const reinforce = (size: Size, learningRate: number) => ({
  method: 'reinforce',
  tasks: { problems: 'groups.db', ...drawn(size.tasks, size) },
  prompt: { response: RESPONSE_TEMPLATE },
  rollout: { tasks: size.tasks, samples: TASK_ANSWERS, maxNewTokens: ANSWER_TOKENS },
  judge: { jobs: 1 },
  evaluation: { ...COMMON.evaluation, tasks: 1 },
  ...length(size),
  ...rate(learningRate),
})
/** What a step of `reinforce` has, and the groups of the preference beside it: the same steps, and twice the tokens. */
const oorl = (size: Size, learningRate: number, preference: 'gepo' | 'dpo', options: object) => ({
  ...groups(size),
  ...reinforce(size, learningRate),
  method: 'oorl',
  oorl: { preference },
  [preference]: options,
})

/** What evaluates the groups of any of the models: log-ratios against the start. */
export const PREFERENCE = gepo(SHORT, 1, { lambda: 0.1 })

/** Against winners that fall with the losers, see docs/training.md. */
const ANCHORS = {
  'winnerLikelihood 1': { winnerLikelihood: 1 },
  'mean beta 10 winnerLikelihood 1': { length: 'mean', beta: 10, winnerLikelihood: 1 },
  'winnerFloor 5': { winnerFloor: 5 },
} as const

/** Chosen on the validation split, see TRIALS. */
const CHOSEN = { sft: 3e-5, preference: 3e-5, reinforce: 1e-4 } as const

const armsOf = (size: Size): Arm[] => [
  { name: 'sft', options: sft(size, CHOSEN.sft) },
  { name: 'dpo', options: dpo(size, CHOSEN.preference) },
  { name: 'gepo-1', options: gepo(size, CHOSEN.preference, { lambda: 1 }) },
  { name: 'gepo-0.1', options: gepo(size, CHOSEN.preference, { lambda: 0.1 }) },
  { name: 'gepo-0.01', options: gepo(size, CHOSEN.preference, { lambda: 0.01 }) },
  {
    name: 'gepo-anchored',
    options: gepo(size, 1e-4, { lambda: 0.01, ...ANCHORS['mean beta 10 winnerLikelihood 1'] }),
  },
  { name: 'gepo-on-policy', options: onPolicy(size, CHOSEN.preference, { lambda: 0.01 }) },
  { name: 'reinforce', options: reinforce(size, CHOSEN.reinforce) },
  { name: 'oorl-dpo', options: oorl(size, CHOSEN.reinforce, 'dpo', {}) },
  { name: 'oorl-gepo', options: oorl(size, CHOSEN.reinforce, 'gepo', { lambda: 0.01 }) },
]
export const ARMS = armsOf(SHORT)

/** Looked at on the validation split alone. */
export const TRIALS: readonly Arm[] = [
  ...[1e-5, 3e-5, 1e-4].map((r) => ({ name: `dpo ${r}`, options: dpo(SHORT, r) })),
  ...[1e-4, 3e-4, 1e-3, 3e-5].map((r) => ({ name: `sft ${r}`, options: sft(SHORT, r) })),
  { name: 'gepo 0.00003', options: gepo(SHORT, 3e-5, { lambda: 0.01 }) },
  ...[1e-4, 3e-4, 3e-5].map((r) => ({ name: `reinforce ${r}`, options: reinforce(SHORT, r) })),
  ...Object.entries(ANCHORS).map(([name, own]) => ({
    name: `gepo 1e-4 ${name}`,
    options: gepo(SHORT, 1e-4, { lambda: 0.01, ...own }),
  })),
  ...[3e-5, 1e-4].map((r) => ({
    name: `gepo on-policy ${r}`,
    options: onPolicy(SHORT, r, { lambda: 0.01 }),
  })),
]

/** Four times the steps, ten times the tokens, and looked at on the validation split on their way: for a picture too. */
export const LONG_ARMS: readonly Arm[] = [
  ...armsOf(LONG).map(({ name, options }) => ({ name: `long ${name}`, options })),
  { name: 'longest sft', options: sft(LONGEST, CHOSEN.sft) },
  { name: 'longest reinforce', options: reinforce(LONGEST, CHOSEN.reinforce) },
].map(({ name, options }) => ({
  name,
  options: {
    ...options,
    evaluation: {
      ...('evaluation' in options ? (options.evaluation as object) : COMMON.evaluation),
      everySteps: 20,
      compile: { units: 100, maxNewTokens: ANSWER_TOKENS },
    },
  },
}))

/** Which arm is held against which in the end: what the paper says of them, and what each adds to another. */
const PAIRS: readonly (readonly [string, string])[] = [
  ['oorl-dpo', 'reinforce'],
  ['oorl-gepo', 'reinforce'],
  ['oorl-gepo', 'oorl-dpo'],
  ['reinforce', 'sft'],
  ['gepo-0.01', 'sft'],
  ['gepo-0.01', 'dpo'],
  ['gepo-on-policy', 'gepo-0.01'],
]
export const COMPARISONS = [
  ...PAIRS,
  ...PAIRS.map(([arm, against]) => [`long ${arm}`, `long ${against}`] as const),
  ['longest reinforce', 'longest sft'] as const,
]
