/**
 * Requests a second of `gepo serve`, beside the judge without HTTP and `gepo judge`, a process an answer, in one run.
 * `node bench/serve.ts [--answers 200] [--slots 2] [--save <name>]`
 *
 * The same answers of fixtures/judge (those that are right, in the installed languages that need no preparation) by each:
 * all at once by HTTP and by the judge, as many processes at a time as there are slots by `gepo judge`. Told: the rates, and
 * what was not `passed`.
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { findPrograms } from '../src/judge/find-programs.ts'
import { definitionOf } from '../src/judge/languages/languages.ts'
import { openJudge } from '../src/judge/open-judge.ts'
import type { Program } from '../src/records/language.ts'
import { FIXTURES, suiteFor } from '../test/judge/fixture-answers.ts'
import { hardware, saveReport } from './save-report.ts'

const { values } = parseArgs({
  options: {
    answers: { type: 'string', default: '200' },
    slots: { type: 'string', default: '2' },
    save: { type: 'string' },
  },
})
const slots = Number(values.slots)
const BIN = join(import.meta.dirname, '../bin/gepo.mjs')
const suite = suiteFor('right')

const programs: Program[] = (['python', 'c', 'php', 'bash', 'javascript', 'typescript'] as const)
  .filter((language) => findPrograms(definitionOf(language)) !== undefined)
  .map((language) => {
    const file = readdirSync(join(FIXTURES, language)).find((name) => name.startsWith('right.'))!
    return { language, code: readFileSync(join(FIXTURES, language, file), 'utf8') }
  })
const answers = Array.from(
  { length: Number(values.answers) },
  (_, index) => programs[index % programs.length]!,
)

/** @returns answers a second, and the verdicts that are not `passed` */
async function measure(judgeOne: (program: Program) => Promise<string>, atATime: number) {
  const queue = answers.values()
  const others: string[] = []
  const startMs = performance.now()
  await Promise.all(
    Array.from({ length: atATime }, async () => {
      for (const program of queue) {
        const verdict = await judgeOne(program)
        if (verdict !== 'passed') others.push(`${program.language}: ${verdict}`)
      }
    }),
  )
  const seconds = (performance.now() - startMs) / 1000
  const round = (value: number) => Math.round(value * 100) / 100
  return { atATime, seconds: round(seconds), perSecond: round(answers.length / seconds), notPassed: others }
}

async function byServe() {
  const server = spawn(process.execPath, [BIN, 'serve', '--port', '0', '--slots', `${slots}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(server.stdout, 'data')
  const url = /gepo answers at (\S+) /.exec(String(line))![1]
  try {
    return await measure(async ({ language, code }) => {
      const response = await fetch(`${url}/judge`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ language, code, problem: suite }),
      })
      const { kind } = (await response.json()) as { readonly kind?: string }
      return kind ?? `status ${response.status}`
    }, answers.length)
  } finally {
    server.kill('SIGTERM')
    await once(server, 'exit')
  }
}

async function byJudge() {
  const judge = await openJudge({ slots })
  try {
    return await measure(async (program) => (await judge.judge(program, suite)).kind, answers.length)
  } finally {
    await judge.close()
  }
}

async function byProcesses() {
  const folder = mkdtempSync(join(os.tmpdir(), 'gepo-bench-'))
  try {
    const problem = join(folder, 'problem.json')
    writeFileSync(problem, JSON.stringify(suite))
    for (const { language, code } of programs) writeFileSync(join(folder, language), code)
    return await measure(async ({ language }) => {
      const args = [BIN, 'judge', problem, join(folder, language), '--language', language, '--json']
      const { stdout } = await promisify(execFile)(process.execPath, args)
      return (JSON.parse(stdout) as { readonly kind: string }).kind
    }, slots)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const report = {
  date: new Date().toISOString().slice(0, 10),
  hardware: hardware(),
  loadAverage: Math.round(os.loadavg()[0]! * 100) / 100,
  command: `node bench/serve.ts ${process.argv.slice(2).join(' ')}`,
  answers: answers.length,
  slots,
  languages: programs.map(({ language }) => language),
  'gepo serve, all requests at once': await byServe(),
  'the judge without HTTP, all at once': await byJudge(),
  'gepo judge, a process an answer': await byProcesses(),
}
console.log(JSON.stringify(report, null, 2))
saveReport(values.save, report)
