/**
 * Both engines over the same units in one run, alternating: groups per second and core, where the time goes, the
 * ratio between the engines and that of each to the floor.
 * `node bench/build.ts <source> [--units 40] [--every 10] [--engines worker,spawn] [--save <name>]`
 *
 * The floor is what no way of building can do without: the texts of the groups, each emitted once in the process that
 * compiles. Every `--every`th source is taken, so that few units stand for the whole. One engine works at a time and
 * alone; extraction is timed apart, on the wall. All other times are processor times: other work on the machine has
 * little part in them. Nothing here decides whether a test passes.
 */
import { parseArgs } from 'node:util'
import { openClangRunner } from '../src/compile/worker/open-clang-runner.ts'
import { openCompileWorker } from '../src/compile/worker/open-compile-worker.ts'
import { compileWorkerFor } from '../src/execute/choose-compiler.ts'
import { prepareHarness } from '../src/execute/harness/harness-objects.ts'
import { openCodeEngine } from '../src/execute/open-code-engine.ts'
import { DEFAULT_UNIT_LIMITS } from '../src/execute/unit-limits.ts'
import { extractUnits } from '../src/extract/extract-units.ts'
import { buildGroup, type GroupSettings } from '../src/group/build-group.ts'
import { SOURCE_ENDINGS, unitCode } from '../src/languages/languages.ts'
import type { GroupRecord } from '../src/records/group-record.ts'
import type { Level } from '../src/records/level.ts'
import type { Unit } from '../src/records/unit.ts'
import { readSources } from '../src/sources/read-sources.ts'
import { loadParser } from '../src/syntax/parse-c.ts'
import { locateTools } from '../src/toolchain/locate-tools.ts'
import { type MeteredEngine, meterEngine, type Tally } from './meter-engine.ts'
import { ProcessorClock } from './processor-clock.ts'
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
  processorMs: number
  groups: number
  readonly results: string[]
}

const { clang, llvmAs } = locateTools()
const parse = await loadParser()
const harness = await prepareHarness(clang)
const clock = new ProcessorClock()
const floor = await openFloor()

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
  const engine = await openCodeEngine({ clang, llvmAs, compileWorker, harness, limits: DEFAULT_UNIT_LIMITS })
  return { name, engine: meterEngine(engine, clock), processorMs: 0, groups: 0, results: [] }
}

/** Emits the texts that a group consists of; gives the time that it took. */
async function openFloor() {
  const compiler = await openCompileWorker({ worker: compileWorkerFor('worker')!, clang })
  return {
    async emit(unit: Unit, { subject, winners, losers }: GroupRecord): Promise<number> {
      const texts: [string, Level][] = winners
        .filter(({ chosen }) => chosen)
        .map(({ levels }) => [subject?.code ?? unit.code, levels[0]!])
      for (const loser of losers) if (loser.class === 'ast') texts.push([loser.code, loser.level])
      clock.refresh()
      const start = clock.ms()
      for (const [code, level] of texts) await compiler.emit(unitCode({ ...unit, code }), level)
      return clock.ms() - start
    },
    close: () => compiler.close(),
  }
}

async function buildOn(side: Side, unit: Unit): Promise<GroupRecord | undefined> {
  clock.refresh()
  const start = clock.ms()
  const { result } = await build(side, unit)
  clock.refresh()
  side.processorMs += clock.ms() - start
  side.results.push(result.kind === 'group' ? result.group.id : `${result.stage} ${result.reason}`)
  if (result.kind !== 'group') return undefined
  side.groups++
  return result.group
}

const build = ({ engine }: Side, unit: Unit) =>
  buildGroup({ engine, parse }, { unit, split: 'train', settings: SETTINGS })

const { units, extractMs } = await takeUnits()
const sides = await Promise.all(values.engines.split(',').map(openSide))
// The first unit pays for what is started and read once.
for (const unit of units.slice(0, 1))
  for (const side of sides) {
    const { result } = await build(side, unit)
    if (result.kind === 'group') await floor.emit(unit, result.group)
    side.engine.tallies.clear()
  }
let floorMs = 0
for (const unit of units)
  for (const [index, side] of sides.entries()) {
    const group = await buildOn(side, unit)
    if (index === 0 && group !== undefined) floorMs += await floor.emit(unit, group)
  }
for (const side of sides) await side.engine.close()
await floor.close()

const round = (value: number) => Math.round(value * 100) / 100
const perUnit = (value: number) => round(value / units.length)
const ofTally = ({ calls, items, processorMs }: Tally) => ({
  msPerUnit: perUnit(processorMs),
  callsPerUnit: perUnit(calls),
  itemsPerUnit: perUnit(items),
  msPerCall: round(processorMs / calls),
})
/** What the engine does not do: mutating, choosing, comparing texts, and what comes in calls that overlap. */
const besides = ({ engine, processorMs }: Side) =>
  processorMs - engine.tallies.values().reduce((sum, tally) => sum + tally.processorMs, 0)
const report = {
  date: new Date().toISOString().slice(0, 10),
  hardware: hardware(),
  command: `node bench/build.ts ${process.argv.slice(2).join(' ')}`,
  units: units.length,
  extractMsPerUnit: perUnit(extractMs),
  floorMsPerUnit: perUnit(floorMs),
  engines: sides.map((side) => ({
    engine: side.name,
    groups: side.groups,
    groupsPerSecondAndCore: round((side.groups / side.processorMs) * 1000),
    msPerUnit: perUnit(side.processorMs),
    timesTheFloor: round(side.processorMs / floorMs),
    work: {
      ...Object.fromEntries(
        [...side.engine.tallies]
          .sort(([, a], [, b]) => b.processorMs - a.processorMs)
          .map(([kind, tally]) => [kind, ofTally(tally)]),
      ),
      besides: { msPerUnit: perUnit(besides(side)) },
    },
  })),
  ...(sides.length === 2 && {
    ratio: round(sides[1]!.processorMs / sides[0]!.processorMs),
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
