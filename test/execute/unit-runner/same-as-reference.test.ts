/** The unit runner against the reference engine: linked executables in the sandbox, one process a run. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../../src/base/random.ts'
import type { EntryPoint } from '../../../src/call/entry-point.ts'
import { generateCall } from '../../../src/call/inputs/generate-call.ts'
import type { BuildKind } from '../../../src/execute/build-kind.ts'
import type { CodeEngine, Executable, Exploration } from '../../../src/execute/code-engine.ts'
import type { Interpreted } from '../../../src/execute/outcome/interpret-report.ts'
import { extractUnits } from '../../../src/extract/extract-units.ts'
import { planEntryPoint } from '../../../src/group/subject/plan-entry-point.ts'
import { unitCode } from '../../../src/languages/languages.ts'
import type { Input } from '../../../src/records/input.ts'
import type { RunOutcome } from '../../../src/records/run-outcome.ts'
import type { Unit } from '../../../src/records/unit.ts'
import { cCode } from '../../fixtures/c-code.ts'
import { openTestEngine } from '../open-test-engine.ts'
import { type LoadedUnit, openRunnerEngine, type RunnerEngine } from './runner-engine.ts'

const FIXTURES = fileURLToPath(new URL('../../../fixtures/', import.meta.url))
const cFiles = (folder: string) => readdirSync(join(FIXTURES, folder)).filter((name) => name.endsWith('.c'))
const SEEDS = 12
const MINUTE = 60_000

let reference: CodeEngine
let runners: RunnerEngine

beforeAll(async () => {
  reference = await openTestEngine()
  runners = await openRunnerEngine()
})

afterAll(async () => {
  await reference.close()
  await runners.close()
})

async function unitsOf(folder: string, file: string, kind: Unit['kind']): Promise<readonly Unit[]> {
  const text = readFileSync(join(FIXTURES, folder, file), 'utf8')
  const source = { id: file, dataset: 'test', split: '', row: '0', license: 'unknown', text }
  return (await extractUnits(source, { kinds: [kind] })).units
}

interface Both {
  readonly entryPoint: EntryPoint
  readonly executable: Executable
  readonly loaded: LoadedUnit
}

async function buildBoth(unit: Unit, build: BuildKind): Promise<Both | undefined> {
  const planned = await planEntryPoint(reference, unit)
  if (planned.kind !== 'ok') return undefined
  const { entryPoint } = planned
  const code = unitCode(unit)
  const built = await reference.build(code, build, entryPoint)
  if (built.kind !== 'ok') throw new Error(built.detail)
  return {
    entryPoint,
    executable: built.executable,
    loaded: await runners.load(code, build, entryPoint),
  }
}

/** Everything but times and what a sanitizer's report says of addresses. */
function comparable(outcome: RunOutcome): unknown {
  if (outcome.kind === 'ok') return { ...outcome, cpuMs: 0 }
  return 'stderr' in outcome ? { ...outcome, stderr: '' } : outcome
}

const explored = (outcome: RunOutcome, coverage: Interpreted['coverage'], stdin: string) => ({
  outcome: comparable(outcome),
  edgesTaken: coverage?.edgesTaken,
  hits: Buffer.from(coverage?.hits ?? []).toString('hex'),
  stdin,
})

async function expectSameRuns({ executable, loaded }: Both, inputs: readonly Input[]): Promise<void> {
  for (const fill of [0xa5, 0x5b]) {
    const options = { fill, fuel: 3_000_000 }
    const runs = inputs.map((input) => ({ input, ...options }))
    const expected = (await reference.run([{ executable, runs }]))[0]!.map(comparable)
    for (const isolated of [false, true]) {
      const got = await runners.run(loaded, inputs, { ...options, isolated })
      expect(got.map(({ outcome }) => comparable(outcome))).toEqual(expected)
    }
  }
}

async function expectSameExplorations(
  { executable, loaded }: Both,
  explorations: readonly Exploration[],
): Promise<void> {
  const expected = (await reference.explore(executable, explorations)).map((run) =>
    explored(run.outcome, run.coverage, run.input.stdin),
  )
  for (const isolated of [false, true]) {
    const got = await runners.explore(loaded, explorations, isolated)
    expect(got.map((run) => explored(run.outcome, run.coverage, run.stdin))).toEqual(expected)
  }
}

function explorationsFor(name: string, entryPoint: EntryPoint): Exploration[] {
  const random = createRandom(name)
  return Array.from({ length: SEEDS }, (_, index) => ({
    seed: random.bits(64),
    size: Math.floor((index * 10) / SEEDS),
    dictionary: { numbers: ['7', '100'], words: ['abc', 'end'], chars: 'xy+' },
    fuel: 2_000_000,
    call:
      entryPoint.kind === 'program'
        ? undefined
        : generateCall(entryPoint.plan, {
            seed: `${name} ${index}`,
            size: index / SEEDS,
            constants: ['7'],
            stdin: '',
          }),
  }))
}

const stdinInputs = (file: string): Input[] => {
  const text = readFileSync(join(FIXTURES, 'programs', file.replace(/c$/, 'in')), 'latin1')
  return [text, '', '1\n', text.slice(0, text.length / 2), text].map((stdin) => ({ kind: 'stdin', stdin }))
}

describe('programs', () => {
  it.each(cFiles('programs'))(
    '%s: given, cut off, empty and made-up input',
    async (file) => {
      for (const unit of await unitsOf('programs', file, 'program')) {
        const both = (await buildBoth(unit, 'cover'))!
        await expectSameRuns(both, stdinInputs(file))
        await expectSameExplorations(both, explorationsFor(file, both.entryPoint))
      }
      await reference.releaseAll()
    },
    MINUTE,
  )

  it.each(['bubble-sort.c', 'word-state-machine.c', 'binary-tree.c'])(
    '%s in every build',
    async (file) => {
      const [unit] = await unitsOf('programs', file, 'program')
      for (const build of ['plain', 'asan', 'msan'] as const)
        await expectSameRuns((await buildBoth(unit!, build))!, stdinInputs(file))
      await reference.releaseAll()
    },
    MINUTE,
  )
})

describe('functions', () => {
  it.each(cFiles('functions'))(
    '%s: made-up calls',
    async (file) => {
      for (const unit of await unitsOf('functions', file, 'function')) {
        const both = await buildBoth(unit, 'cover')
        if (both === undefined) continue
        const explorations = explorationsFor(unit.name, both.entryPoint)
        await expectSameExplorations(both, explorations)
        await expectSameRuns(
          both,
          explorations.slice(0, 4).map(({ call }) => call!),
        )
      }
      await reference.releaseAll()
    },
    MINUTE,
  )

  it.each(['list-walk.c', 'string-readers.c', 'struct-value.c'])(
    '%s in every build',
    async (file) => {
      for (const unit of (await unitsOf('functions', file, 'function')).slice(0, 2)) {
        for (const build of ['plain', 'asan', 'msan'] as const) {
          const both = await buildBoth(unit, build)
          if (both === undefined) continue
          const inputs = explorationsFor(unit.name, both.entryPoint).map(({ call }) => call!)
          await expectSameRuns(both, inputs.slice(0, 6))
        }
      }
      await reference.releaseAll()
    },
    MINUTE,
  )
})

describe('off the front of the first global', () => {
  it.each([
    ['a string literal', 'char *p = "hello"', 'char'],
    ['a string literal behind tables of checks', 'argc += argc; char *p = "hello"', 'char'],
    [
      'a number behind constants of the code',
      'static double f[] = {1.5}; *f += argc * 2.5; double *p = f',
      'double',
    ],
    ['a constant', 'static const int numbers[] = {1, 2}; const int *p = numbers', 'int'],
    [
      'constant pointers',
      'static const char *const names[] = {"a", "b"}; const char *const *p = names',
      'long',
    ],
    ['data', 'static int numbers[] = {1, 2}; int *p = numbers', 'int'],
    ['zeros', 'static int numbers[2]; int *p = numbers', 'int'],
  ])('%s: both see it', async (_, declaration, type) => {
    const code = `#include <stdio.h>
static int checked(int a) { return a + a; }
int main(int argc, char **argv) { checked(argc); ${declaration}; volatile int one = 1; return *((const ${type} *)p - one) == 7; }
`
    const entryPoint: EntryPoint = { kind: 'program', exitDefined: true }
    const built = await reference.build(cCode(code), 'asan', entryPoint)
    if (built.kind !== 'ok') throw new Error(built.detail)
    const loaded = await runners.load(cCode(code), 'asan', entryPoint)
    const input: Input = { kind: 'stdin', stdin: '' }
    const options = { fill: 0, fuel: 1_000_000 }
    const expected = await reference.run([{ executable: built.executable, runs: [{ input, ...options }] }])
    const got = await runners.run(loaded, [input], options)
    expect([expected[0]![0]!.kind, got[0]!.outcome.kind]).toEqual(['sanitizer', 'sanitizer'])
  })
})

describe('far above its own frame', () => {
  const PROGRAM_CALLING: EntryPoint = { kind: 'program', exitDefined: true }
  const code = `int main(void) { char near[8] = {0}; volatile int far = 9000; return near[far]; }
`
  const input: Input = { kind: 'stdin', stdin: '' }

  async function outcomes(build: BuildKind, fill: number): Promise<(RunOutcome | undefined)[]> {
    const built = await reference.build(cCode(code), build, PROGRAM_CALLING)
    if (built.kind !== 'ok') throw new Error(built.detail)
    const options = { fill, fuel: 1_000_000 }
    const [[expected]] = (await reference.run([
      { executable: built.executable, runs: [{ input, ...options }] },
    ])) as [[RunOutcome]]
    const loaded = await runners.load(cCode(code), build, PROGRAM_CALLING)
    const got = await runners.run(loaded, [input, input], options)
    return [expected, ...got.map(({ outcome }) => outcome)]
  }

  it.each(['asan', 'msan'] as const)('%s sees it, for the first input and for later ones', async (build) => {
    expect((await outcomes(build, 0xa5)).map((outcome) => outcome?.kind)).toEqual(Array(3).fill('sanitizer'))
  })

  it('a plain run finds what memory is filled with', async () => {
    for (const fill of [0xa5, 0x5b])
      expect(await outcomes('plain', fill)).toMatchObject(Array(3).fill({ kind: 'ok', exit: fill }))
  })
})
