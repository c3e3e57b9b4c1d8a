/**
 * Programs by construction through the whole pipeline: `npm run fuzz -- [--minutes 60] [--seed 1] [--out fuzz-findings]`.
 *
 * csmith's programs have no undefined behaviour, so every level must agree and every stored label must hold: whatever
 * does not is a finding of ours or of clang's. So is a group that the two engines build differently. A finding is saved
 * as a folder with the program and what was said of it; the exit status is 1 if there is any. The same seed goes over
 * the same programs again.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import Database from 'better-sqlite3'
import { UserError } from '../src/base/user-error.ts'
import { type Compiler, defaultCompiler } from '../src/execute/choose-compiler.ts'
import { build } from '../src/pipeline/build.ts'
import { parseBuildConfig } from '../src/pipeline/build-config.ts'
import { verifyGroups } from '../src/pipeline/verify-groups.ts'
import { openStore } from '../src/store/store.ts'
import { csmithSource } from './csmith-source.ts'

/** Programs between two looks at the clock. */
const BATCH = 10
/** The first of a batch goes through the reference engine too: it takes as long as all the others. */
const COMPARED = 1
const SILENT = { report: () => {} }

interface Finding {
  readonly file: string
  readonly said: string
}

interface Tally {
  programs: number
  units: number
  groups: number
  compared: number
  readonly drops: Record<string, number>
}

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: 'fuzz-findings' },
    jobs: { type: 'string', default: String(availableParallelism()) },
  },
})
const interruption = new AbortController()
process.once('SIGINT', () => interruption.abort())
const { signal } = interruption

async function buildInto(database: string, sources: readonly string[], compiler?: Compiler) {
  const options = {
    seed: 1,
    jobs: Number(values.jobs),
    winners: 6,
    losers: 4,
    inputs: 8,
    ...(compiler && { compiler }),
  }
  const store = openStore(database)
  try {
    await build(parseBuildConfig(options, undefined), sources, store, SILENT, signal)
  } finally {
    store.close()
  }
}

/** What csmith's programs must never be dropped for; everything else (a loop too long, no loser) may happen. */
const isFinding = ({ stage, reason }: { stage: string; reason: string }) =>
  stage === 'winners' || stage === 'compile' || reason === 'internal-error'

interface DropRow {
  readonly stage: string
  readonly reason: string
  readonly detail: string
  readonly row: string
}

function readDrops(database: string): DropRow[] {
  const db = new Database(database, { readonly: true })
  try {
    const query = `SELECT d.stage, d.reason, d.detail, coalesce(s.row, d.row) AS row
      FROM drops d LEFT JOIN units u ON u.key = d.unit_key LEFT JOIN sources s ON s.key = u.source_key`
    return db.prepare<[], DropRow>(query).all()
  } finally {
    db.close()
  }
}

async function verifyDatabase(
  database: string,
): Promise<{ findings: Finding[]; groups: number; units: number }> {
  const store = openStore(database, { readonly: true })
  try {
    const options = { jobs: Number(values.jobs), seed: 1, sample: undefined, compiler: defaultCompiler() }
    const { failures } = await verifyGroups(store, options, SILENT, signal)
    const findings = failures.map(({ groupId, ...failure }) => {
      const { unit } = store.group(groupId)!
      return { file: store.source(unit.sourceId)!.row, said: `verify: ${JSON.stringify(failure)}` }
    })
    const { groups, units } = store.stats()
    return { findings, groups, units }
  } finally {
    store.close()
  }
}

/** The same groups by both engines, or what each made of the program. */
async function compareEngines(folder: string, file: string): Promise<Finding[]> {
  const hashes: Record<string, string> = {}
  const said: string[] = []
  for (const compiler of ['worker', 'spawn'] as const) {
    const database = join(folder, `${compiler}.db`)
    await buildInto(database, [file], compiler)
    const store = openStore(database)
    hashes[compiler] = store.contentHash()
    const ids = [...store.groups()].map(({ group, unit }) => `${unit.name} ${group.id}`)
    store.close()
    const drops = readDrops(database).map(({ stage, reason, detail }) => `${stage}: ${reason}: ${detail}`)
    said.push(`${compiler}:`, ...ids, ...drops)
  }
  if (hashes.worker === hashes.spawn || signal.aborted) return []
  return [{ file, said: ['the engines build different groups', ...said].join('\n') }]
}

async function runBatch(folder: string, firstSeed: number, tally: Tally): Promise<Finding[]> {
  const programs = join(folder, 'programs')
  mkdirSync(programs)
  const files: string[] = []
  for (let seed = firstSeed; seed < firstSeed + BATCH && !signal.aborted; seed++) {
    const file = join(programs, `${seed}.c`)
    writeFileSync(file, await csmithSource(seed))
    files.push(file)
  }
  const database = join(folder, 'groups.db')
  await buildInto(database, [programs])
  const { findings, groups, units } = await verifyDatabase(database)
  for (const drop of readDrops(database)) {
    const { stage, reason, detail, row } = drop
    tally.drops[`${stage}: ${reason}`] = (tally.drops[`${stage}: ${reason}`] ?? 0) + 1
    if (isFinding(drop)) findings.push({ file: row, said: `${stage}: ${reason}: ${detail}` })
  }
  for (const file of files.slice(0, COMPARED)) {
    findings.push(...(await compareEngines(folder, file)))
    tally.compared++
  }
  tally.programs += files.length
  tally.units += units
  tally.groups += groups
  return findings.map(({ file, said }) => ({ file: join(programs, file.split('/').at(-1)!), said }))
}

function save(findings: readonly Finding[]): void {
  for (const { file, said } of findings) {
    const folder = join(values.out, file.split('/').at(-1)!.replace(/\.c$/, ''))
    mkdirSync(folder, { recursive: true })
    cpSync(file, join(folder, 'program.c'))
    writeFileSync(join(folder, 'said.txt'), `${said}\n`, { flag: 'a' })
  }
}

const start = performance.now()
const minutes = () => (performance.now() - start) / 60_000
const tally: Tally = { programs: 0, units: 0, groups: 0, compared: 0, drops: {} }
let found = 0
try {
  for (let seed = Number(values.seed); minutes() < Number(values.minutes) && !signal.aborted; seed += BATCH) {
    const folder = mkdtempSync(join(tmpdir(), 'gepo-fuzz-'))
    try {
      const findings = await runBatch(folder, seed, tally)
      save(findings)
      found += findings.length
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
    process.stderr.write(
      `${minutes().toFixed(1)} min: ${tally.programs} programs, ${tally.groups} groups, ${found} findings\n`,
    )
  }
  process.stdout.write(
    `${JSON.stringify({ minutes: Number(minutes().toFixed(1)), ...tally, findings: found }, null, 2)}\n`,
  )
  process.exitCode = signal.aborted ? 130 : found > 0 ? 1 : 0
} catch (error) {
  if (!(error instanceof UserError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
