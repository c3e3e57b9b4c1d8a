/**
 * Answers made from the fixtures' solutions by small edits, in every language that is installed: each is judged alone,
 * and again, several at a time, while the machine is kept busy. The verdict must be the same. What an answer printed may
 * differ, where it is an edit that made it print an address or what was in its memory.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { extname, join } from 'node:path'
import { createRandom } from '../src/base/random.ts'
import { UserError } from '../src/base/user-error.ts'
import { findPrograms } from '../src/judge/find-programs.ts'
import type { Judge } from '../src/judge/judge.ts'
import { DEFINITIONS } from '../src/judge/languages/languages.ts'
import { openJudge } from '../src/judge/open-judge.ts'
import { readSuite } from '../src/judge/read-suite.ts'
import type { Language, Program } from '../src/records/language.ts'
import { DEFAULT_SUITE_LIMITS, type Suite } from '../src/records/suite.ts'
import type { Verdict } from '../src/records/verdict.ts'
import { editAnswer } from './edit-answer.ts'
import type { FuzzKind, StepResult } from './fuzz-kind.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures')
/** Of the same answer at the same time, under load. */
const COPIES = 2
/** An endless loop is frequent, and costs the whole of it each time. */
const TEST_MS = 1500
/** Of fixtures/judge, those that end by themselves. */
const SHORT_ANSWERS = [
  'right',
  'wrong',
  'crash',
  'exit-status',
  'noisy',
  'guess',
  'early-exit',
  'left-behind',
  'memory',
]
/** What fixtures/judge is about. */
const SUM_SUITE: Suite = {
  tests: [
    { kind: 'stdin', input: '3\n1 2 3\n', output: '6\n' },
    { kind: 'stdin', input: '3\n40 -2 4\n', output: '42\n' },
  ],
  comparison: { kind: 'lines' },
  limits: DEFAULT_SUITE_LIMITS,
}

interface Start {
  readonly name: string
  readonly program: Program
  readonly suite: Suite
}

export const answersKind: FuzzKind = {
  summary: 'answers made from solutions by small edits, judged alone and under load',
  seedsPerStep: 1,
  async open() {
    const starts = readStarts()
    const languages = Object.keys(starts) as Language[]
    if (languages.length === 0)
      throw new UserError('No language that the fixtures have solutions in is installed: see gepo doctor.')
    const judge = await openJudge({ slots: COPIES })
    return {
      async step(seed, folder): Promise<StepResult> {
        const random = createRandom(`answers ${seed}`)
        const start = random.pick(starts[random.pick(languages)]!)
        const { how, code } = editAnswer(start.program.code, random)
        const program = { ...start.program, code }
        const suite = { ...start.suite, limits: { ...start.suite.limits, testMs: TEST_MS } }
        const seen = await judgeBoth(judge, program, suite)
        const fault = faultOf(seen)
        const counts = { answers: 1, [program.language]: 1, [`verdict ${seen.alone[0]!.kind}`]: 1 }
        if (fault === undefined) return { counts, findings: [] }
        const kept = {
          'problem.json': JSON.stringify(suite, null, 2),
          [`answer${start.name.match(/\.\w+$/)![0]}`]: code,
        }
        for (const [name, text] of Object.entries(kept)) writeFileSync(join(folder, name), text)
        const said = [`${start.name}, edited: ${how}: ${fault}`, ...describe(seen)].join('\n')
        const keep = Object.keys(kept).map((name) => join(folder, name))
        return { counts, findings: [{ name: program.language, said, keep }] }
      },
      close: () => judge.close(),
    }
  },
}

export interface SeenVerdicts {
  readonly alone: readonly Verdict[]
  readonly loaded: readonly Verdict[]
}

/** Once alone and as copies under load; where these differ, more often, to say which of the two is unsteady. */
async function judgeBoth(judge: Judge, program: Program, suite: Suite): Promise<SeenVerdicts> {
  const alone = [await judge.judge(program, suite)]
  const loaded = await judgeLoaded(judge, program, suite)
  if (new Set([...alone, ...loaded].map(essence)).size > 1) {
    for (let n = 0; n < 4; n++) alone.push(await judge.judge(program, suite))
    loaded.push(...(await judgeLoaded(judge, program, suite)))
  }
  return { alone, loaded }
}

async function judgeLoaded(judge: Judge, program: Program, suite: Suite): Promise<Verdict[]> {
  const busy = Array.from(
    { length: 2 * availableParallelism() },
    (): ChildProcess => spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }),
  )
  try {
    return await Promise.all(Array.from({ length: COPIES }, () => judge.judge(program, suite)))
  } finally {
    for (const child of busy) child.kill('SIGKILL')
  }
}

/** What must not differ: the kind of verdict, and which test decided. */
const essence = (verdict: Verdict) =>
  `${verdict.kind}${'test' in verdict ? ` in test ${verdict.test + 1}` : ''}`

/** What must not be, in a sentence; undefined where all is well. */
export function faultOf({ alone, loaded }: SeenVerdicts): string | undefined {
  const verdicts = [...alone, ...loaded]
  if (verdicts.some(({ kind }) => kind === 'unjudged')) return 'it is unjudged'
  if (new Set(alone.map(essence)).size > 1) return 'its verdict is not the same twice'
  return new Set(verdicts.map(essence)).size > 1 ? 'its verdict depends on the load' : undefined
}

const describe = ({ alone, loaded }: SeenVerdicts) => [
  ...alone.map((verdict) => `alone: ${JSON.stringify(verdict)}`),
  ...loaded.map((verdict) => `loaded: ${JSON.stringify(verdict)}`),
]

/** Programs and what judges them, by language. */
function readStarts(): Partial<Record<Language, Start[]>> {
  const installed = DEFINITIONS.filter((definition) => findPrograms(definition) !== undefined)
  const starts: Partial<Record<Language, Start[]>> = {}
  const add = (file: string, suite: Suite) => {
    const definition = installed.find(({ tags }) => tags.includes(extname(file).slice(1)))
    if (definition === undefined) return
    const program = { language: definition.language, code: readFileSync(join(FIXTURES, file), 'utf8') }
    const known = starts[definition.language] ?? []
    known.push({ name: file, program, suite })
    starts[definition.language] = known
  }
  for (const folder of entries('problems')) {
    const suite = readSuite(join(FIXTURES, 'problems', folder, 'problem.json'))
    for (const file of entries(`problems/${folder}`))
      if (file.startsWith('solution.')) add(`problems/${folder}/${file}`, suite)
  }
  for (const language of entries('judge'))
    for (const file of entries(`judge/${language}`))
      if (SHORT_ANSWERS.includes(file.replace(/\.\w+$/, ''))) add(`judge/${language}/${file}`, SUM_SUITE)
  return starts
}

const entries = (folder: string) =>
  existsSync(join(FIXTURES, folder)) ? readdirSync(join(FIXTURES, folder)).sort() : []
