/**
 * Answers in IR of known kind, judged: `node bench/judge-ir.ts groups.db [--groups 50] [--seed 1] [--jobs 2] [--save <name>]`.
 *
 * Winners of every level must be equal, losers must differ, malformed ones must be malformed. What comes out otherwise is
 * printed with its verdict.
 */
import { parseArgs } from 'node:util'
import { IR_VERDICTS, startIrJudge } from '../src/api/judge.ts'
import { openStore } from '../src/store/store.ts'
import { hardware, saveReport } from './save-report.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    groups: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    save: { type: 'string' },
  },
})
const store = openStore(positionals[0] ?? 'groups.db', { readonly: true })
const judge = await startIrJudge({ jobs: Number(values.jobs) })
const counts: Record<string, Record<string, number>> = {}
let answers = 0
let surprises = 0
const start = performance.now()
for (const stored of store.groups({ sample: Number(values.groups), seed: Number(values.seed) })) {
  const members = [
    ...stored.group.winners.map(({ ir }) => ({ label: 'winner', ir, wanted: 'equal' })),
    ...stored.group.losers.map((loser) => ({
      label: `loser, ${loser.class}`,
      ir: loser.ir,
      wanted: loser.class === 'malformed' ? 'malformed' : 'differs',
    })),
  ]
  await Promise.all(
    members.map(async ({ label, ir, wanted }) => {
      const verdict = await judge.judge(stored, ir)
      answers++
      counts[label] ??= Object.fromEntries(IR_VERDICTS.map((kind) => [kind, 0]))
      counts[label][verdict.kind]!++
      if (verdict.kind === wanted) return
      surprises++
      console.error(
        `${stored.group.id.slice(0, 12)} ${stored.unit.name}, ${label}: ${JSON.stringify(verdict)}`,
      )
    }),
  )
}
const minutes = (performance.now() - start) / 60_000
await judge.close()
store.close()
console.table(counts)
const report = {
  date: new Date().toISOString().slice(0, 10),
  hardware: hardware(),
  command: `node bench/judge-ir.ts ${process.argv.slice(2).join(' ')}`,
  answers,
  surprises,
  verdicts: counts,
  answersAMinute: Math.round(answers / minutes),
}
console.log(JSON.stringify(report))
saveReport(values.save, report)
