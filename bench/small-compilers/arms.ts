/**
 * The arms as plain data: what `gepo train` is told beside what all arms have in common. A new arm is an entry here.
 *
 * Every arm takes the same number of steps over as many tokens, near enough: a step has 5 groups of 6 texts. SFT, which has no
 * use for losers, takes 15 groups a step and goes over them three times. OORL alone takes more: its groups beside its answers.
 */
import { RESPONSE_TEMPLATE } from './plain-ir.ts'

export interface Arm {
  readonly name: string
  readonly options: Readonly<Record<string, unknown>>
}

const RUN_STEPS = 24
/** In a step; a run is given as many as its steps take, drawn by its seed. */
const STEP_GROUPS = 5

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

/** Of those that learn from groups. */
const groups = (stepGroups: number = STEP_GROUPS) => ({
  data: { groups: 'groups.db', limit: RUN_STEPS * stepGroups },
  prompt: { response: RESPONSE_TEMPLATE },
  batch: { groups: stepGroups },
})

const rate = (learningRate: number) => ({ optimizer: { learningRate } })
const sft = (learningRate: number) => ({
  ...groups(),
  method: 'sft',
  epochs: 3,
  maxSteps: RUN_STEPS,
  batch: { groups: 3 * STEP_GROUPS },
  ...rate(learningRate),
})
const dpo = (learningRate: number, dpo: object = {}) => ({
  ...groups(),
  method: 'dpo',
  dpo,
  ...rate(learningRate),
})
const gepo = (learningRate: number, gepo: object = {}) => ({
  ...groups(),
  method: 'gepo',
  gepo,
  ...rate(learningRate),
})

/** Of the model's own answers, which join its groups: those are fewer, for as many texts in a step. */
const OWN_ANSWERS = 4
const OWN_STEP_GROUPS = 3
const onPolicy = (learningRate: number, options: object) => ({
  ...gepo(learningRate, options),
  ...groups(OWN_STEP_GROUPS),
  onPolicy: { samples: OWN_ANSWERS, maxNewTokens: ANSWER_TOKENS },
})

/** Answers in a step are nearly as many as the texts of the other arms. */
const STEP_TASKS = 5
const TASK_ANSWERS = 5
const reinforce = (learningRate: number) => ({
  method: 'reinforce',
  tasks: { problems: 'groups.db', limit: RUN_STEPS * STEP_TASKS },
  prompt: { response: RESPONSE_TEMPLATE },
  rollout: { tasks: STEP_TASKS, samples: TASK_ANSWERS, maxNewTokens: ANSWER_TOKENS },
  judge: { jobs: 1 },
  evaluation: { ...COMMON.evaluation, tasks: 1 },
  ...rate(learningRate),
})
/** What a step of `reinforce` has, and the groups of the preference beside it: the same steps, and twice the tokens. */
const oorl = (learningRate: number, preference: 'gepo' | 'dpo', options: object) => ({
  ...groups(),
  ...reinforce(learningRate),
  method: 'oorl',
  oorl: { preference },
  [preference]: options,
})

/** What evaluates the groups of any of the models: log-ratios against the start. */
export const PREFERENCE = gepo(1, { lambda: 0.1 })

/** Against winners that fall with the losers, see docs/training.md. */
const ANCHORS = {
  'winnerLikelihood 1': { winnerLikelihood: 1 },
  'mean beta 10 winnerLikelihood 1': { length: 'mean', beta: 10, winnerLikelihood: 1 },
  'winnerFloor 5': { winnerFloor: 5 },
} as const

/** Chosen on the validation split, see TRIALS. */
const CHOSEN = { sft: 3e-5, preference: 3e-5, reinforce: 1e-4 } as const

export const ARMS: readonly Arm[] = [
  { name: 'sft', options: sft(CHOSEN.sft) },
  { name: 'dpo', options: dpo(CHOSEN.preference) },
  { name: 'gepo-1', options: gepo(CHOSEN.preference, { lambda: 1 }) },
  { name: 'gepo-0.1', options: gepo(CHOSEN.preference, { lambda: 0.1 }) },
  { name: 'gepo-0.01', options: gepo(CHOSEN.preference, { lambda: 0.01 }) },
  {
    name: 'gepo-anchored',
    options: gepo(1e-4, { lambda: 0.01, ...ANCHORS['mean beta 10 winnerLikelihood 1'] }),
  },
  { name: 'gepo-on-policy', options: onPolicy(CHOSEN.preference, { lambda: 0.01 }) },
  { name: 'reinforce', options: reinforce(CHOSEN.reinforce) },
  { name: 'oorl-dpo', options: oorl(CHOSEN.reinforce, 'dpo', {}) },
  { name: 'oorl-gepo', options: oorl(CHOSEN.reinforce, 'gepo', { lambda: 0.01 }) },
]

/** Looked at on the validation split alone. */
export const TRIALS: readonly Arm[] = [
  ...[1e-5, 3e-5, 1e-4].map((r) => ({ name: `dpo ${r}`, options: dpo(r) })),
  ...[1e-4, 3e-4, 1e-3, 3e-5].map((r) => ({ name: `sft ${r}`, options: sft(r) })),
  { name: 'gepo 0.00003', options: gepo(3e-5, { lambda: 0.01 }) },
  ...[1e-4, 3e-4, 3e-5].map((r) => ({ name: `reinforce ${r}`, options: reinforce(r) })),
  ...Object.entries(ANCHORS).map(([name, own]) => ({
    name: `gepo 1e-4 ${name}`,
    options: gepo(1e-4, { lambda: 0.01, ...own }),
  })),
  ...[3e-5, 1e-4].map((r) => ({ name: `gepo on-policy ${r}`, options: onPolicy(r, { lambda: 0.01 }) })),
]

/** Longer, and looked at on the validation split on their way: for a picture. */
const CURVE_STEPS = 120
const curve = ({ name, options }: Arm): Arm => ({
  name: `curve ${name}`,
  options: {
    ...options,
    ...('data' in options && { data: { groups: 'groups.db' } }),
    ...('tasks' in options && { tasks: { problems: 'groups.db' } }),
    epochs: 10,
    maxSteps: CURVE_STEPS,
    evaluation: {
      ...COMMON.evaluation,
      ...('tasks' in options && { tasks: 1 }),
      everySteps: 20,
      compile: { units: 100, maxNewTokens: ANSWER_TOKENS },
    },
  },
})
const CURVE_ARMS = ['sft', 'gepo-0.01', 'reinforce', 'oorl-gepo']
export const CURVES: readonly Arm[] = ARMS.filter(({ name }) => CURVE_ARMS.includes(name)).map(curve)

/** Which arm is held against which in the end: what the paper says of them, and what each adds to another. */
export const COMPARISONS: readonly (readonly [string, string])[] = [
  ['oorl-dpo', 'reinforce'],
  ['oorl-gepo', 'reinforce'],
  ['oorl-gepo', 'oorl-dpo'],
  ['reinforce', 'sft'],
  ['gepo-0.01', 'sft'],
  ['gepo-0.01', 'dpo'],
  ['gepo-on-policy', 'gepo-0.01'],
]
