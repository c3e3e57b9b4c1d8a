/**
 * The arms as plain data: what `gepo train` is told beside what all arms have in common. A new arm is an entry here.
 *
 * Every arm takes the same number of steps over as many tokens, near enough: a step has 8 groups of 6 texts. SFT, which has no
 * use for losers, takes 24 groups a step and goes over them three times. OORL alone takes more: its groups beside its answers.
 */
import { RESPONSE_TEMPLATE } from './plain-ir.ts'

export interface Arm {
  readonly name: string
  readonly options: Readonly<Record<string, unknown>>
}

/** In a step, and those that a run is given, drawn by its seed. */
const STEP_GROUPS = 8
const RUN_GROUPS = 400

/** Of an answer at most; there is room for every prompt beside it. */
export const ANSWER_TOKENS = 448
const MAX_TOKENS = 640

/** What all arms go on from: a new model that has seen pairs of C and IR, until it compiles some of what it has not seen. */
export const START = {
  method: 'sft',
  model: 'new-model',
  out: 'start',
  seed: 1,
  pairs: { file: 'pairs.jsonl' },
  length: { maxTokens: 512 },
  batch: { groups: 8 },
  epochs: 2,
  maxSteps: 4000,
  optimizer: { learningRate: 1e-3 },
  checkpoints: { everySteps: 100 },
} as const
/** The start alone, which takes longest. */
export const START_ENGINE = { numberType: 'bfloat16' } as const

/** Of every run after it; `model`, `out` and `seed` are the runner's. */
export const COMMON = {
  length: { maxTokens: MAX_TOKENS },
  schedule: { kind: 'cosine', warmupRatio: 0.1 },
  evaluation: { everySteps: 1_000_000, groups: 1 },
  checkpoints: { everySteps: 10 },
} as const

/** Of those that learn from groups. */
const groups = (count = RUN_GROUPS) => ({
  data: { groups: 'groups.db', limit: count },
  prompt: { response: RESPONSE_TEMPLATE },
  batch: { groups: STEP_GROUPS },
})

const rate = (learningRate: number) => ({ optimizer: { learningRate } })
const sft = (learningRate: number, count = RUN_GROUPS) => ({
  ...groups(count),
  method: 'sft',
  epochs: 3,
  maxSteps: count / STEP_GROUPS,
  batch: { groups: 3 * STEP_GROUPS },
  ...rate(learningRate),
})
const dpo = (learningRate: number, dpo: object = {}, count = RUN_GROUPS) => ({
  ...groups(count),
  method: 'dpo',
  dpo,
  ...rate(learningRate),
})
const gepo = (learningRate: number, gepo: object = {}, count = RUN_GROUPS) => ({
  ...groups(count),
  method: 'gepo',
  gepo,
  ...rate(learningRate),
})

/** Of the model's own answers, which join its groups: those are fewer, for as many texts in a step. */
const OWN_ANSWERS = 4
const OWN_STEP_GROUPS = 5
const onPolicy = (learningRate: number, options: object, count = RUN_GROUPS) => ({
  ...gepo(learningRate, options, (count / STEP_GROUPS) * OWN_STEP_GROUPS),
  batch: { groups: OWN_STEP_GROUPS },
  onPolicy: { samples: OWN_ANSWERS, maxNewTokens: ANSWER_TOKENS },
})

/** Answers in a step are as many as the texts of the other arms. */
const STEP_TASKS = 8
const TASK_ANSWERS = 6
const rollouts = (count: number) => ({
  tasks: { problems: 'groups.db', limit: count },
  prompt: { response: RESPONSE_TEMPLATE },
  rollout: { tasks: STEP_TASKS, samples: TASK_ANSWERS, maxNewTokens: ANSWER_TOKENS, batchSize: 48 },
  judge: { jobs: 1 },
  evaluation: { ...COMMON.evaluation, tasks: 1 },
})
const reinforce = (learningRate: number, count = RUN_GROUPS) => ({
  ...rollouts(count),
  method: 'reinforce',
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

/** Chosen on the validation split, see TRIALS. */
const CHOSEN = { sft: 1e-4, preference: 1e-5, reinforce: 1e-5 } as const

export const ARMS: readonly Arm[] = [
  { name: 'sft', options: sft(CHOSEN.sft) },
  { name: 'dpo', options: dpo(CHOSEN.preference) },
  { name: 'gepo-1', options: gepo(CHOSEN.preference, { lambda: 1 }) },
  { name: 'gepo-0.1', options: gepo(CHOSEN.preference, { lambda: 0.1 }) },
  { name: 'gepo-0.01', options: gepo(CHOSEN.preference, { lambda: 0.01 }) },
  { name: 'gepo-on-policy', options: onPolicy(CHOSEN.preference, { lambda: 0.01 }) },
  { name: 'reinforce', options: reinforce(CHOSEN.reinforce) },
  { name: 'oorl-dpo', options: oorl(CHOSEN.reinforce, 'dpo', {}) },
  { name: 'oorl-gepo', options: oorl(CHOSEN.reinforce, 'gepo', { lambda: 0.01 }) },
]

const TRIAL_GROUPS = 160
const RATES = [3e-6, 1e-5, 3e-5, 1e-4]
/** The rate at which the others are tried. */
const MIDDLE = 3e-5

/** Short runs, looked at on the validation split alone. */
export const TRIALS: readonly Arm[] = [
  ...[3e-5, 1e-4, 3e-4].map((r) => ({ name: `sft ${r}`, options: sft(r, TRIAL_GROUPS) })),
  ...RATES.map((r) => ({ name: `dpo ${r}`, options: dpo(r, {}, TRIAL_GROUPS) })),
  ...RATES.map((r) => ({ name: `gepo ${r}`, options: gepo(r, { lambda: 0.01 }, TRIAL_GROUPS) })),
  ...[1, 0.1].map((lambda) => ({
    name: `gepo lambda ${lambda}`,
    options: gepo(MIDDLE, { lambda }, TRIAL_GROUPS),
  })),
  ...Object.entries({
    'beta 1': { beta: 1 },
    'winnerLikelihood 1': { winnerLikelihood: 1 },
    'winnerFloor 5': { winnerFloor: 5 },
    'mean, beta 10': { length: 'mean', beta: 10 },
    simpo: { length: 'mean', beta: 2, referenceFree: true, targetMargin: 1 },
  }).map(([name, own]) => ({
    name: `gepo ${name}`,
    options: gepo(MIDDLE, { lambda: 0.01, ...own }, TRIAL_GROUPS),
  })),
  ...RATES.slice(0, 3).map((r) => ({
    name: `gepo on-policy ${r}`,
    options: onPolicy(r, { lambda: 0.01 }, TRIAL_GROUPS),
  })),
  ...RATES.slice(1).map((r) => ({
    name: `reinforce ${r}`,
    options: reinforce(r, TRIAL_GROUPS),
  })),
  ...(['ast', 'ir', 'malformed'] as const).map((one) => ({
    name: `gepo against ${one}`,
    options: {
      ...gepo(MIDDLE, { lambda: 0.01 }),
      data: { groups: 'groups.db', limit: TRIAL_GROUPS, classes: [one] },
    },
  })),
]
