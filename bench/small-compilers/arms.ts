/**
 * The arms as plain data: what `gepo train` is told beside what all arms have in common. A new arm is an entry here.
 *
 * Every arm takes the same number of steps over as many tokens: a step has 8 groups of up to 6 texts. SFT, which has no
 * use for losers, takes 24 groups a step and goes over them three times.
 */
import { RESPONSE_TEMPLATE } from './plain-ir.ts'

export interface Arm {
  readonly name: string
  readonly options: Readonly<Record<string, unknown>>
}

/** In a step, and those that a run is given, drawn by its seed. */
const STEP_GROUPS = 8
const RUN_GROUPS = 600

const MAX_TOKENS = 512

/** Of every run; `model`, `out` and `seed` are the runner's. */
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
]

const TRIAL_GROUPS = 200
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
    'winnerLikelihood 0.1': { winnerLikelihood: 0.1 },
    'winnerFloor 5': { winnerFloor: 5 },
    'winnerFloor 50': { winnerFloor: 50 },
    'mean, beta 2': { length: 'mean', beta: 2 },
    'mean, beta 10': { length: 'mean', beta: 10 },
    simpo: { length: 'mean', beta: 2, referenceFree: true, targetMargin: 1 },
  }).map(([name, own]) => ({
    name: `gepo ${name}`,
    options: gepo(MIDDLE, { lambda: 0.01, ...own }, TRIAL_GROUPS),
  })),
  ...(['ast', 'ir', 'malformed'] as const).map((one) => ({
    name: `gepo against ${one}`,
    options: {
      ...gepo(MIDDLE, { lambda: 0.01 }),
      data: { groups: 'groups.db', limit: TRIAL_GROUPS, classes: [one] },
    },
  })),
]
