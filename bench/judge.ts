/**
 * Answers of many kinds and languages in one run: programs per second and core by language, and whether any verdict is
 * false. `node bench/judge.ts [--answers 1000] [--slots 1] [--seed 1] [--save <name>]`
 *
 * Answers are drawn from fixtures: solutions to their own problems (right), to others' and cut in half (wrong), and
 * those of fixtures/judge. Each slot judges one at a time, so that an answer's time has no waiting in it; slots must not
 * exceed the cores. What a language needs once (a compiler that stays, precompiled headers) is timed apart.
 *
 * With one slot CPU time is told for each language too, of all processes that took part: on a machine that has other
 * work to do it says what the wall clock cannot.
 */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import { basename, extname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { findPrograms } from '../src/judge/find-programs.ts'
import { DEFINITIONS } from '../src/judge/languages/languages.ts'
import { openJudge } from '../src/judge/open-judge.ts'
import { readProblems } from '../src/problems/read-problems.ts'
import type { Language, Program } from '../src/records/language.ts'
import type { RawProblem } from '../src/records/problem.ts'
import type { Suite } from '../src/records/suite.ts'
import { DEFAULT_SUITE_LIMITS } from '../src/records/suite.ts'
import type { Verdict } from '../src/records/verdict.ts'
import { hardware, saveReport } from './save-report.ts'

const { values } = parseArgs({
  options: {
    answers: { type: 'string', default: '1000' },
    slots: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    save: { type: 'string' },
  },
})

/** Out of a hundred answers. */
const MIXTURE = { right: 55, other: 20, half: 10, hostile: 15 } as const
type Kind = keyof typeof MIXTURE

/** Of fixtures/judge: those that pass, and those whose own limits make them slow. */
const HOSTILE_PASSING = [
  'right',
  'noisy',
  'write-outside',
  'left-behind',
  'kill-all',
  'disk',
  'processor',
  'module',
]
const HOSTILE_SLOW = ['slow', 'sleep', 'fork']
/** Answers to another question. */
const HOSTILE_OTHER = ['big-output']

interface Answer {
  readonly kind: Kind
  readonly name: string
  readonly program: Program
  readonly suite: Suite
  readonly passes: boolean
}

const installed = DEFINITIONS.filter((definition) => findPrograms(definition) !== undefined).map(
  ({ language }) => language,
)

async function readAllProblems(): Promise<RawProblem[]> {
  const problems: RawProblem[] = []
  for await (const item of readProblems(['fixtures/problems']))
    if (item.kind === 'problem') problems.push(item.problem)
  return problems
}

const suiteOf = (problem: RawProblem): Suite => ({
  tests: problem.readings[0]!,
  comparison: problem.comparison,
  limits: DEFAULT_SUITE_LIMITS,
})

function hostileAnswers(language: Language): Answer[] {
  const suite = (name: string): Suite => ({
    tests: [
      { kind: 'stdin', input: '3\n1 2 3\n', output: '6\n' },
      { kind: 'stdin', input: '3\n40 -2 4\n', output: '42\n' },
    ],
    comparison: { kind: 'lines' },
    limits: {
      testMs: HOSTILE_SLOW.includes(name) ? 500 : 4000,
      memoryBytes: 192 * 2 ** 20,
      outputBytes: 2 ** 21,
    },
  })
  return readdirSync(`fixtures/judge/${language}`)
    .map((file) => ({ file, name: basename(file, extname(file)) }))
    .filter(({ name }) => !HOSTILE_OTHER.includes(name))
    .map(({ file, name }) => ({
      kind: 'hostile',
      name: `${language}/${name}`,
      program: { language, code: readFileSync(`fixtures/judge/${language}/${file}`, 'utf8') },
      suite: suite(name),
      passes: HOSTILE_PASSING.includes(name),
    }))
}

/** A generator of numbers below 1 that a seed determines (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

async function drawAnswers(count: number, random: () => number): Promise<Answer[]> {
  const problems = await readAllProblems()
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!
  const ofKind: Readonly<Record<Kind, (language: Language) => Answer | undefined>> = {
    right: (language) => {
      const problem = pick(
        problems.filter(({ solutions }) => solutions.some((one) => one.language === language)),
      )
      const program = problem.solutions.find((one) => one.language === language)!
      return { kind: 'right', name: problem.origin.row, program, suite: suiteOf(problem), passes: true }
    },
    other: (language) => {
      const right = ofKind.right(language)!
      const forms = problems.filter(
        ({ origin, readings }) =>
          origin.row !== right.name && readings[0]![0]!.kind === right.suite.tests[0]!.kind,
      )
      const other = pick(forms)
      return {
        ...right,
        kind: 'other',
        name: `${right.name} for ${other.origin.row}`,
        suite: suiteOf(other),
        passes: false,
      }
    },
    half: (language) => {
      const right = ofKind.right(language)!
      const { code } = right.program
      return {
        ...right,
        kind: 'half',
        program: { language, code: code.slice(0, code.length / 2) },
        passes: false,
      }
    },
    hostile: (language) => pick(hostileAnswers(language)),
  }
  const kinds = Object.entries(MIXTURE).flatMap(([kind, share]) => Array<Kind>(share).fill(kind as Kind))
  return Array.from(
    { length: count },
    (_, index) => ofKind[pick(kinds)](installed[index % installed.length]!)!,
  )
}

const slots = Number(values.slots)
const answers = await drawAnswers(Number(values.answers), randomFrom(Number(values.seed)))
const folder = mkdtempSync(join(os.tmpdir(), 'gepo-bench-'))
chmodSync(folder, 0o755)
const judge = await openJudge({ slots, temporaryFolder: folder })

const startMs: Record<string, number> = {}
for (const language of installed) {
  const right = hostileAnswers(language).find(({ name }) => name.endsWith('/right'))!
  const start = performance.now()
  // Twice: for a single answer some languages prepare nothing.
  for (let i = 0; i < 2; i++) await judge.judge(right.program, right.suite)
  startMs[language] = Math.round(performance.now() - start)
}

/**
 * CPU time of all processes below this one, ended ones included. A process that was not waited for is lost, which
 * those of boxes never are.
 */
function cpuMsBelow(): number {
  const stats = readdirSync('/proc').flatMap((pid) => {
    try {
      if (!/^\d+$/.test(pid)) return []
      // Behind the name, which may hold anything: state, parent, ... and from the twelfth on four times in ticks.
      const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)!.split(' ')
      const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
      return [{ pid: Number(pid), parent: Number(fields[1]), ms: ticks * 10 }]
    } catch {
      return []
    }
  })
  const below = new Set([process.pid])
  for (let size = 0; size !== below.size; ) {
    size = below.size
    for (const { pid, parent } of stats) if (below.has(parent)) below.add(pid)
  }
  const others = stats.filter(({ pid }) => pid !== process.pid && below.has(pid))
  return others.reduce((sum, { ms }) => sum + ms, 0)
}

const judged: { answer: Answer; verdict: Verdict; ms: number; cpu: number }[] = []
const start = performance.now()
const queue = answers.values()
await Promise.all(
  Array.from({ length: slots }, async () => {
    for (const answer of queue) {
      const below = cpuMsBelow()
      const [before, own] = [performance.now(), process.cpuUsage()]
      const verdict = await judge.judge(answer.program, answer.suite)
      const ms = performance.now() - before
      const { user, system } = process.cpuUsage(own)
      judged.push({ answer, verdict, ms, cpu: (user + system) / 1000 + cpuMsBelow() - below })
    }
  }),
)
const seconds = (performance.now() - start) / 1000
await judge.close()
const leftFiles = readdirSync(folder)
const leftProcesses = readdirSync('/proc').filter((pid) => {
  try {
    return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(folder)
  } catch {
    return false
  }
})
rmSync(folder, { recursive: true })

const round = (value: number) => Math.round(value * 100) / 100
const median = (sorted: readonly number[]) => round(sorted[Math.floor(sorted.length / 2)] ?? 0)
const falsely = (passes: boolean) =>
  judged
    .filter(({ answer, verdict }) => answer.passes === passes && (verdict.kind === 'passed') !== passes)
    .map(
      ({ answer, verdict }) => `${answer.program.language} ${answer.name} (${answer.kind}): ${verdict.kind}`,
    )
const report = {
  date: new Date().toISOString().slice(0, 10),
  hardware: hardware(),
  loadAverage: round(os.loadavg()[0]!),
  command: `node bench/judge.ts ${process.argv.slice(2).join(' ')}`,
  answers: answers.length,
  slots,
  seconds: round(seconds),
  answersPerSecond: round(answers.length / seconds),
  falsePasses: falsely(false),
  falseFails: falsely(true),
  left: { files: leftFiles.length, processes: leftProcesses.length },
  verdicts: Object.fromEntries(
    [...Map.groupBy(judged, ({ verdict }) => verdict.kind)].map(([kind, those]) => [kind, those.length]),
  ),
  languages: installed.map((language) => {
    const those = judged.filter(({ answer }) => answer.program.language === language)
    const rightMs = those.filter(({ answer }) => answer.kind === 'right').map(({ ms }) => ms)
    return {
      language,
      answers: those.length,
      perSecondAndSlot: round((1000 * those.length) / those.reduce((sum, { ms }) => sum + ms, 0)),
      ...(slots === 1 && {
        perSecondOfCpu: round((1000 * those.length) / those.reduce((sum, { cpu }) => sum + cpu, 0)),
      }),
      medianMsOfRight: median(rightMs.toSorted((a, b) => a - b)),
      startMs: startMs[language],
    }
  }),
}
console.log(JSON.stringify(report, null, 2))
console.table(report.languages)
saveReport(values.save, report)
