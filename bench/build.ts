/**
 * Both engines over the same units in one run, alternating: groups per second and core, where the time goes, the
 * ratio. `node bench/build.ts <source> [--units 40] [--every 10] [--engines worker,spawn] [--save <name>]`
 *
 * Every `--every`th source is taken, so that few units stand for the whole. One engine works at a time and alone, on
 * one core; extraction is timed apart. Nothing here decides whether a test passes.
 */
import { parseArgs } from 'node:util'
import { openClangRunner } from '../src/compile/worker/open-clang-runner.ts'
import { compileWorkerFor } from '../src/execute/choose-compiler.ts'
import { prepareHarness } from '../src/execute/harness/harness-objects.ts'
import { openCodeEngine } from '../src/execute/open-code-engine.ts'
import { DEFAULT_UNIT_LIMITS } from '../src/execute/unit-limits.ts'
import { extractUnits } from '../src/extract/extract-units.ts'
import { buildGroup, type GroupSettings } from '../src/group/build-group.ts'
import { SOURCE_ENDINGS } from '../src/languages/languages.ts'
import type { Unit } from '../src/records/unit.ts'
import { readSources } from '../src/sources/read-sources.ts'
import { loadParser } from '../src/syntax/parse-c.ts'
import { assemble } from '../src/toolchain/assemble.ts'
import { locateTools } from '../src/toolchain/locate-tools.ts'
import { type MeteredEngine, meterEngine } from './meter-engine.ts'
import { hardware, saveReport } from './save-report.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    units: { type: 'string', default: '40' },
    every: { type: 'string', default: '10' },
    engines: { type: 'string', default: 'worker,spawn' },
    save: { type: 'string' },
  },
})
const [source = 'fixtures/programs'] = positionals

/** The paper's group: 6 levels of winners, 6 losers. */
const SETTINGS: GroupSettings = {
  levels: ['O0', 'O1', 'O2', 'O3', 'Os', 'Oz'],
  winners: 6,
  losers: 6,
  classes: { ast: 1, ir: 0, malformed: 0 },
  select: 'mixed',
  subject: 'any',
  minWinners: 2,
  minLosers: 2,
  inputs: 16,
  seed: 1,
}

interface Side {
  readonly name: string
  readonly engine: MeteredEngine
  ms: number
  groups: number
  readonly stageMs: Record<string, number>
  readonly results: string[]
}

const { clang, llvmAs } = locateTools()
const parse = await loadParser()
const harness = await prepareHarness(clang)

async function takeUnits(): Promise<{ units: Unit[]; extractMs: number }> {
  const frontEnd = await openClangRunner({ clang, compileWorker: compileWorkerFor('worker') })
  const units: Unit[] = []
  let extractMs = 0
  let index = 0
  for await (const item of readSources(source, { endings: SOURCE_ENDINGS })) {
    if (index++ % Number(values.every) !== 0 || item.kind === 'dropped') continue
    const start = performance.now()
    const extracted = await extractUnits(item.source, {
      kinds: ['program', 'function'],
      compile: frontEnd.run,
    })
    extractMs += performance.now() - start
    units.push(...extracted.units)
    if (units.length >= Number(values.units)) break
  }
  await frontEnd.close()
  return { units, extractMs }
}

async function openSide(name: string): Promise<Side> {
  const compileWorker = compileWorkerFor(name as 'worker' | 'spawn')
  const engine = await openCodeEngine({ clang, compileWorker, harness, limits: DEFAULT_UNIT_LIMITS })
  return { name, engine: meterEngine(engine), ms: 0, groups: 0, stageMs: {}, results: [] }
}

async function buildOn(side: Side, unit: Unit): Promise<void> {
  const start = performance.now()
  const outcome = await buildGroup(
    { engine: side.engine, parse, assemble: (ir) => assemble(llvmAs, ir) },
    { unit, split: 'train', settings: SETTINGS },
  )
  side.ms += performance.now() - start
  const { result } = outcome
  if (result.kind === 'group') side.groups++
  side.results.push(result.kind === 'group' ? result.group.id : `${result.stage} ${result.reason}`)
  for (const [stage, ms] of Object.entries(outcome.timings))
    side.stageMs[stage] = (side.stageMs[stage] ?? 0) + ms
}

const { units, extractMs } = await takeUnits()
const sides = await Promise.all(values.engines.split(',').map(openSide))
const [first] = units
// The first unit pays for what is started and read once.
if (first !== undefined)
  for (const side of sides)
    await buildGroup(
      { engine: side.engine, parse, assemble: (ir) => assemble(llvmAs, ir) },
      { unit: first, split: 'train', settings: SETTINGS },
    )
for (const unit of units) for (const side of sides) await buildOn(side, unit)
for (const side of sides) await side.engine.close()

const round = (value: number) => Math.round(value * 100) / 100
const report = {
  date: new Date().toISOString().slice(0, 10),
  hardware: hardware(),
  command: `node bench/build.ts ${process.argv.slice(2).join(' ')}`,
  units: units.length,
  extractMsPerUnit: round(extractMs / units.length),
  engines: sides.map((side) => ({
    engine: side.name,
    groups: side.groups,
    groupsPerSecondAndCore: round((side.groups / side.ms) * 1000),
    msPerUnit: round(side.ms / units.length),
    stageMsPerUnit: Object.fromEntries(
      Object.entries(side.stageMs).map(([stage, ms]) => [stage, round(ms / units.length)]),
    ),
    work: Object.fromEntries(
      [...side.engine.tallies]
        .sort(([, a], [, b]) => b.ms - a.ms)
        .map(([kind, { calls, items, ms }]) => [
          kind,
          {
            msPerUnit: round(ms / units.length),
            callsPerUnit: round(calls / units.length),
            itemsPerUnit: round(items / units.length),
            msPerCall: round(ms / calls),
          },
        ]),
    ),
  })),
  ...(sides.length === 2 && {
    ratio: round(sides[1]!.ms / sides[0]!.ms),
    sameResults: sides[0]!.results.filter((result, index) => result === sides[1]!.results[index]).length,
  }),
}
console.log(JSON.stringify(report, null, 2))
for (const { engine, work } of report.engines) {
  console.log(`\n${engine}`)
  console.table(work)
}
if (sides.length === 2)
  for (const [index, unit] of units.entries())
    if (sides[0]!.results[index] !== sides[1]!.results[index])
      console.log(`DIFFERENT: ${unit.id} ${sides.map((side) => side.results[index]).join(' | ')}`)
saveReport(values.save, report)
