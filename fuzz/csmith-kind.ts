/**
 * Programs by construction through the whole pipeline. csmith's programs have no undefined behaviour, so every level
 * must agree and every stored label must hold: whatever does not is a finding of ours or of clang's. So is a group that
 * the two engines build differently.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Compiler } from '../src/execute/choose-compiler.ts'
import { openStore } from '../src/store/store.ts'
import { buildInto, type DropRow, readDrops, verifyDatabase } from './build-and-verify.ts'
import { csmithSource } from './csmith-source.ts'
import type { Finding, FuzzKind, FuzzSettings } from './fuzz-kind.ts'

/** Programs of a step. */
const BATCH = 10
/** The first of a batch goes through the reference engine too: it takes as long as all the others. */
const COMPARED = 1

export const csmithKind: FuzzKind = {
  summary: "csmith's programs through the whole pipeline",
  seedsPerStep: BATCH,
  open: async (settings) => ({
    step: (seed, folder) => runBatch(folder, seed, settings),
    close: async () => {},
  }),
}

/** What csmith's programs must never be dropped for; everything else (a loop too long, no loser) may happen. */
const isFinding = ({ stage, reason }: DropRow) =>
  stage === 'winners' || stage === 'compile' || reason === 'internal-error'

async function runBatch(folder: string, firstSeed: number, settings: FuzzSettings) {
  const programs = join(folder, 'programs')
  mkdirSync(programs)
  const files: string[] = []
  for (let seed = firstSeed; seed < firstSeed + BATCH && !settings.signal.aborted; seed++) {
    const file = join(programs, `${seed}.c`)
    writeFileSync(file, await csmithSource(seed))
    files.push(file)
  }
  const database = join(folder, 'groups.db')
  await buildInto(database, [programs], settings)
  const { failures, groups, units } = await verifyDatabase(database, settings)
  const finding = (row: string, said: string): Finding => ({
    name: basename(row, '.c'),
    said,
    keep: [join(programs, basename(row))],
  })
  const findings = failures.map(({ row, said }) => finding(row, said))
  const counts: Record<string, number> = { programs: files.length, units, groups, compared: 0 }
  for (const drop of readDrops(database)) {
    const { stage, reason, detail, row } = drop
    const name = `drop ${stage}: ${reason}`
    counts[name] = (counts[name] ?? 0) + 1
    if (isFinding(drop)) findings.push(finding(row, `${stage}: ${reason}: ${detail}`))
  }
  for (const file of files.slice(0, COMPARED)) {
    const said = await compareEngines(folder, file, settings)
    if (said !== undefined) findings.push(finding(file, said))
    counts.compared!++
  }
  return { counts, findings }
}

/** Undefined for the same groups by both engines; else what each made of the program. */
async function compareEngines(
  folder: string,
  file: string,
  settings: FuzzSettings,
): Promise<string | undefined> {
  const hashes: Partial<Record<Compiler, string>> = {}
  const said: string[] = []
  for (const compiler of ['worker', 'spawn'] as const) {
    const database = join(folder, `${compiler}.db`)
    await buildInto(database, [file], settings, { compiler })
    const store = openStore(database, { readonly: true })
    hashes[compiler] = store.contentHash()
    const ids = [...store.groups()].map(({ group, unit }) => `${unit.name} ${group.id}`)
    store.close()
    const drops = readDrops(database).map(({ stage, reason, detail }) => `${stage}: ${reason}: ${detail}`)
    said.push(`${compiler}:`, ...ids, ...drops)
  }
  if (hashes.worker === hashes.spawn || settings.signal.aborted) return undefined
  return ['the engines build different groups', ...said].join('\n')
}
