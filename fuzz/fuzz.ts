/**
 * `npm run fuzz -- [--kind csmith] [--minutes 60] [--seed 1] [--steps <n>] [--jobs <n>] [--out fuzz-findings]`: a kind
 * of fuzzing for that long. Exit status: 0 nothing found, 1 findings, which are saved, 2 wrong usage, 130 interrupted.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { UserError } from '../src/base/user-error.ts'
import { KINDS } from './kinds.ts'
import { runKind } from './run-kind.ts'

const { values } = parseArgs({
  options: {
    kind: { type: 'string', default: 'csmith' },
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    steps: { type: 'string', default: 'Infinity' },
    out: { type: 'string', default: 'fuzz-findings' },
    jobs: { type: 'string', default: String(availableParallelism()) },
  },
})
const interruption = new AbortController()
process.once('SIGINT', () => interruption.abort())
const { signal } = interruption
try {
  const load = KINDS[values.kind]
  if (load === undefined)
    throw new UserError(`--kind ${values.kind} is not known; known are ${Object.keys(KINDS).join(', ')}.`)
  const summary = await runKind(values.kind, await load(), {
    minutes: Number(values.minutes),
    seed: Number(values.seed),
    steps: Number(values.steps),
    jobs: Number(values.jobs),
    out: values.out,
    signal,
    report: (line) => void process.stderr.write(`${line}\n`),
  })
  process.stdout.write(`${JSON.stringify({ kind: values.kind, ...summary }, null, 2)}\n`)
  process.exitCode = signal.aborted ? 130 : summary.findings > 0 ? 1 : 0
} catch (error) {
  if (!(error instanceof UserError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
