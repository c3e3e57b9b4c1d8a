/**
 * What a build says of a group's members, asked again of `gepo verify <a> <b>`, which knows nothing of the group's
 * inputs: `node bench/verify-members.ts groups.db [--groups 100] [--inputs 2000] [--seed 1] [--save <name>]`.
 *
 * The C that a group is about against the IR of its winners must be equal, against that of its losers it must differ.
 * One thread; a verdict that contradicts the label is printed with the witness.
 */
import { parseArgs } from 'node:util'
import { groupCode } from '../src/records/group-code.ts'
import { openStore } from '../src/store/store.ts'
import { verifyFiles } from '../src/verify/verify-files.ts'
import { hardware, saveReport } from './save-report.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    groups: { type: 'string', default: '100' },
    inputs: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    save: { type: 'string' },
  },
})
const store = openStore(positionals[0] ?? 'groups.db', { readonly: true })
const counts: Record<string, number> = {}
const start = performance.now()
let groups = 0
for (const { group, unit } of store.groups({ sample: Number(values.groups), seed: Number(values.seed) })) {
  const original = { name: 'original.c', content: Buffer.from(groupCode({ group, unit })) }
  const options = {
    inputs: Number(values.inputs),
    seed: Number(values.seed),
    ...(unit.kind === 'function' && { function: unit.name }),
  }
  const members = [
    ...group.winners
      .filter(({ chosen }) => chosen)
      .map(({ ir }) => ({ ir, label: 'winner', wanted: 'equal' })),
    ...group.losers.map(({ ir }) => ({ ir, label: 'loser', wanted: 'differ' })),
  ]
  for (const { ir, label, wanted } of members) {
    const verdict = await verifyFiles([original, { name: 'member.ll', content: Buffer.from(ir) }], options)
    const key = `${label}: ${verdict.verdict}`
    counts[key] = (counts[key] ?? 0) + 1
    if (verdict.verdict !== wanted)
      console.error(
        `${group.id.slice(0, 12)} ${label}: ${JSON.stringify({ ...verdict, alive: undefined }).slice(0, 600)}`,
      )
  }
  groups++
  if (groups % 10 === 0) console.error(`${groups} groups: ${JSON.stringify(counts)}`)
}
store.close()
const report = {
  date: new Date().toISOString().slice(0, 10),
  hardware: hardware(),
  command: `node bench/verify-members.ts ${process.argv.slice(2).join(' ')}`,
  groups,
  verdicts: counts,
  seconds: Math.round((performance.now() - start) / 1000),
}
console.log(JSON.stringify(report, null, 2))
saveReport(values.save, report)
