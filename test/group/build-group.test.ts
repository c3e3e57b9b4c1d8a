import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canonicalIr } from '../../src/compile/canonical-ir.ts'
import type { Code } from '../../src/compile/code.ts'
import { normalizeIr } from '../../src/compile/normalize-ir.ts'
import type { BuildKind } from '../../src/execute/build-kind.ts'
import type { CodeEngine } from '../../src/execute/code-engine.ts'
import { clearlyDifferent } from '../../src/execute/outcome/clearly-different.ts'
import { extractUnits } from '../../src/extract/extract-units.ts'
import { buildGroup, type GroupSettings } from '../../src/group/build-group.ts'
import type { GroupTools } from '../../src/group/group-tools.ts'
import { editDistance } from '../../src/group/losers/edit-distance.ts'
import { loserDifficulty } from '../../src/group/losers/loser-difficulty.ts'
import { planEntryPoint } from '../../src/group/subject/plan-entry-point.ts'
import { unedited } from '../../src/group/subject/unedited.ts'
import { verifyGroup } from '../../src/group/verify-group.ts'
import { unitCode } from '../../src/languages/languages.ts'
import { SELECTOR } from '../../src/mutate/write-beside.ts'
import { applyMutant } from '../../src/records/apply-mutant.ts'
import { groupCode } from '../../src/records/group-code.ts'
import { groupId } from '../../src/records/group-id.ts'
import type {
  AstLoser,
  GroupRecord,
  Loser,
  LoserClass,
  MalformedLoser,
} from '../../src/records/group-record.ts'
import { LEVELS } from '../../src/records/level.ts'
import type { RunOutcome } from '../../src/records/run-outcome.ts'
import type { Unit } from '../../src/records/unit.ts'
import { loadParser } from '../../src/syntax/parse-c.ts'
import { openDefaultTestEngine } from '../execute/open-test-engine.ts'
import { fixtureRoot } from '../fixtures/list-fixtures.ts'
import { defaultSettings } from './default-settings.ts'

const settings: GroupSettings = { ...defaultSettings, inputs: 8 }

interface AstGroup extends GroupRecord {
  readonly losers: readonly AstLoser[]
}

let engine: CodeEngine
let tools: GroupTools
beforeAll(async () => {
  engine = await openDefaultTestEngine()
  tools = { engine, parse: await loadParser() }
})
afterAll(() => engine.close())

async function unitOf(file: string, name: string): Promise<Unit> {
  const text = await readFile(join(fixtureRoot, file), 'utf8')
  const source = { id: '00'.repeat(32), dataset: '', split: '', row: file, license: 'unknown', text }
  const { units } = await extractUnits(source, { kinds: ['program', 'function'] })
  return units.find((unit) => unit.name === name)!
}

async function resultOf(unit: Unit, overrides: Partial<GroupSettings> = {}) {
  const task = { unit, split: 'train', settings: { ...settings, ...overrides } } as const
  return (await buildGroup(tools, task)).result
}

describe.each([
  ['program', 'programs/gcd-lcm-cases.c', 'main'],
  ['function', 'functions/integer-basics.c', 'clamp'],
])('the group of a %s', (_, file, name) => {
  let unit: Unit
  let group: AstGroup
  beforeAll(async () => {
    unit = await unitOf(file, name)
    const result = await resultOf(unit)
    if (result.kind === 'dropped') throw new Error(JSON.stringify(result))
    group = result.group as AstGroup
  })

  it('has distinct winners that between them account for every level, as clang gives them', async () => {
    expect(group.winners.flatMap(({ levels }) => levels).toSorted()).toEqual(LEVELS.toSorted())
    expect(new Set(group.winners.map(({ ir }) => ir)).size).toBe(group.winners.length)
    for (const { ir, levels } of group.winners) {
      for (const level of levels) {
        const emitted = await engine.emitIr(unitCode({ ...unit, code: groupCode({ group, unit }) }), level)
        expect(emitted.kind === 'ok' && normalizeIr(emitted.stdout)).toBe(ir)
      }
    }
  })

  it('has losers that are one edit each, at levels of its winners, with IR of their own', async () => {
    expect(group.losers.length).toBe(4)
    const canonical = [...group.winners, ...group.losers].map(({ ir }) => canonicalIr(ir))
    expect(new Set(canonical).size).toBe(canonical.length)
    const levels = group.winners.filter(({ chosen }) => chosen).flatMap((winner) => winner.levels)
    for (const { code, mutant, level, ir } of group.losers) {
      expect(code).toBe(applyMutant(unit.code, mutant))
      expect(levels).toContain(level)
      const emitted = await engine.emitIr(unitCode({ ...unit, code }), level)
      expect(emitted.kind === 'ok' && normalizeIr(emitted.stdout)).toBe(ir)
    }
  })

  it('says of each loser how far it is from its nearest winner, and how many inputs show the difference', () => {
    for (const { ir, difficulty, distance, nearestWinner, shownOn, depth } of group.losers) {
      const winner = group.winners[nearestWinner]!
      expect(winner.chosen).toBe(true)
      expect(distance).toEqual(editDistance(ir, winner.ir))
      for (const other of group.winners.filter(({ chosen }) => chosen))
        expect(editDistance(ir, other.ir).lines).toBeGreaterThanOrEqual(distance.lines)
      expect(difficulty).toBe(loserDifficulty(distance.tokens!, shownOn! / group.inputs.length))
      expect(depth).toBeGreaterThan(2)
    }
  })

  it('counts no input on which a loser gives what the original does', async () => {
    const entryPoint = await planEntryPoint(engine, unit)
    if (entryPoint.kind === 'unsupported') throw new Error(entryPoint.reason)
    for (const { code, shownOn, witness } of group.losers) {
      const source = unitCode({ ...unit, code })
      const built = await engine.build(source, 'plain', entryPoint.entryPoint)
      if (built.kind === 'rejected') throw new Error(built.detail)
      const runs = group.inputs.map((input) => ({ input, fill: 0xa5, fuel: 0 }))
      const [outcomes] = await engine.run([{ executable: built.executable, runs }])
      const shown = outcomes!.flatMap((outcome, index) =>
        outcome.kind === 'ok' && clearlyDifferent(group.expected[index]!, outcome) ? [index] : [],
      )
      expect(shown).toContain(witness.inputIndex)
      expect(shownOn).toBeLessThanOrEqual(shown.length)
      expect(shownOn).toBeGreaterThan(0)
    }
  })

  it('is the same again, and another one under another seed', async () => {
    const again = await resultOf(unit)
    expect(again).toEqual({ kind: 'group', group, pool: expect.any(Array) })
    const other = await resultOf(unit, { seed: 2 })
    expect(other.kind === 'group' && other.group.id).not.toBe(group.id)
  })

  const verify = (changed: Partial<GroupRecord>) => {
    const contents = { ...group, ...changed }
    return verifyGroup(tools, { unit, group: { ...contents, id: groupId(unit.id, contents) } })
  }

  it('is proven again from its own contents', async () => {
    expect(await verify({})).toEqual([])
  })

  it('is refuted when a winner is really a loser', async () => {
    const [first, ...rest] = group.winners
    const findings = await verify({ winners: [{ ...first!, ir: group.losers[0]!.ir }, ...rest] })
    expect(findings).toMatchObject([{ member: 'winner 0', verdict: 'failed', reason: 'winners-disagree' }])
  })

  it('is refuted when a loser is really a winner', async () => {
    const [first, ...rest] = group.losers
    const findings = await verify({ losers: [{ ...first!, ir: group.winners[0]!.ir }, ...rest] })
    expect(findings).toMatchObject([{ member: 'loser 0', verdict: 'failed', reason: 'ir-disagrees' }])
  })

  it('is refuted when a witness shows nothing', async () => {
    const [first, ...rest] = group.losers
    const witness = { ...first!.witness, mutant: first!.witness.original }
    const findings = await verify({ losers: [{ ...first!, witness }, ...rest] })
    expect(findings).toMatchObject([{ member: 'loser 0', verdict: 'failed', reason: 'no-difference' }])
  })

  it('is refuted when an expected result is not what the original gives', async () => {
    const last = group.expected.length - 1
    const expected = group.expected.with(last, { ...group.expected[last]!, exit: 99 })
    const findings = await verify({ expected })
    expect(findings).toContainEqual({
      member: 'original',
      verdict: 'failed',
      reason: 'other-result',
      detail: `input ${last}`,
    })
  })

  it('is refuted when its contents do not fit its id', async () => {
    const findings = await verifyGroup(tools, { unit, group: { ...group, id: '00'.repeat(32) } })
    expect(findings).toMatchObject([{ member: 'contents', reason: 'wrong-group-id' }])
  })
})

it('asks whether mutants are clean in texts of copies alone, and chooses none that is not', async () => {
  const unit = await unitOf('functions/integer-basics.c', 'clamp')
  const overrides = { subject: 'unit' } as const
  const before = await resultOf(unit, overrides)
  if (before.kind === 'dropped') throw new Error(JSON.stringify(before))
  const isCombined = ({ text }: Code) => text.includes(SELECTOR)
  // A text of copies asks for the number in its dispatchers alone.
  const isInPlace = ({ text }: Code) => /gepo_selected_mutant [!=]=/.test(text)
  const combined: { readonly build: BuildKind; readonly code: Code }[] = []
  const ofCopies = new Set<string>()
  const suspicious: CodeEngine = {
    ...engine,
    async build(code, build, entryPoint) {
      const built = await engine.build(code, build, entryPoint)
      if (isCombined(code)) combined.push({ build, code })
      if (built.kind === 'ok' && isCombined(code) && !isInPlace(code)) ofCopies.add(built.executable.file)
      return built
    },
    async run(jobs) {
      const outcomes = await engine.run(jobs)
      return outcomes.map((ofJob, index): RunOutcome[] => {
        const { file, build, mutant } = jobs[index]!.executable
        return build === 'msan' && ofCopies.has(file) && mutant === 1
          ? ofJob.map(() => ({ kind: 'sanitizer', report: 'use-of-uninitialized-value', stderr: '' }))
          : ofJob
      })
    },
  }
  const task = { unit, split: 'train', settings: { ...settings, ...overrides } } as const
  const { result } = await buildGroup({ ...tools, engine: suspicious }, task)
  if (result.kind === 'dropped') throw new Error(JSON.stringify(result))
  const builds = (inPlace: boolean) =>
    new Set(combined.filter(({ code }) => isInPlace(code) === inPlace).map(({ build }) => build))
  expect(builds(true)).toEqual(new Set(['cover']))
  expect(builds(false)).toEqual(new Set(['asan', 'msan']))
  const refused = result.group.mutantVerdicts.filter(({ verdict }) => verdict === 'uninitialised-read')
  expect(refused.length).toBe(1)
  expect(result.group.losers.length).toBe(before.group.losers.length)
  expect(result.group.losers.map(({ mutant }) => mutant.id)).not.toContain(refused[0]!.mutantId)
})

describe('what a group is about', () => {
  let unit: Unit
  beforeAll(async () => {
    unit = await unitOf('functions/integer-basics.c', 'clamp')
  })
  const groupOf = async (overrides: Partial<GroupSettings>) => {
    const result = await resultOf(unit, overrides)
    if (result.kind === 'dropped') throw new Error(JSON.stringify(result))
    return result.group as AstGroup
  }

  it('is the unit where nothing else is allowed', async () => {
    for (const seed of [1, 2, 3]) {
      const group = await groupOf({ subject: 'unit', seed })
      expect(group.subject).toBeUndefined()
      expect(group.losers.map(({ code }) => code)).not.toContain(unit.code)
    }
  })

  it('is a mutant of the unit for some seeds: the unit is a loser then, and every label is proven', async () => {
    const about: AstGroup[] = []
    for (const seed of [1, 2, 3, 4]) {
      const group = await groupOf({ seed })
      if (group.subject !== undefined) about.push(group)
    }
    expect(about.length).toBeGreaterThan(0)
    for (const group of about) {
      expect(group.subject!.code).toBe(applyMutant(unit.code, group.subject!.mutant))
      const itself = group.mutantVerdicts.find(({ mutantId }) => mutantId === unedited(unit).id)!
      // Unless an equivalent mutant of the unit came first.
      expect(['different', 'same-ir']).toContain(itself.verdict)
      expect(group.losers.some(({ code }) => code === unit.code)).toBe(itself.verdict === 'different')
      expect(group.losers.map(({ code }) => code)).not.toContain(group.subject!.code)
      expect(await verifyGroup(tools, { unit, group })).toEqual([])
    }
  })

  it('is refuted when it is not the edit that it says it is', async () => {
    let group = await groupOf({})
    for (let seed = 2; group.subject === undefined; seed++) group = await groupOf({ seed })
    const contents = { ...group, subject: { ...group.subject, code: unit.code } }
    const findings = await verifyGroup(tools, {
      unit,
      group: { ...contents, id: groupId(unit.id, contents) },
    })
    expect(findings).toContainEqual(
      expect.objectContaining({ member: 'original', reason: 'wrong-code', verdict: 'failed' }),
    )
    expect(findings).toContainEqual(expect.objectContaining({ member: 'original', reason: 'other-result' }))
  })
})

describe('a group of all classes', () => {
  let unit: Unit
  let group: GroupRecord
  beforeAll(async () => {
    unit = await unitOf('functions/integer-basics.c', 'clamp')
    const result = await resultOf(unit, { losers: 6, classes: { ast: 1, ir: 1, malformed: 1 } })
    if (result.kind === 'dropped') throw new Error(JSON.stringify(result))
    group = result.group
  })

  const verify = (index: number, change: object) => {
    const losers = group.losers.with(index, { ...group.losers[index]!, ...change })
    const contents = { ...group, losers }
    return verifyGroup(tools, { unit, group: { ...contents, id: groupId(unit.id, contents) } })
  }
  const indexOf = (name: LoserClass) => group.losers.findIndex((loser) => loser.class === name)

  it('has as many of each as its shares say, all proven again from its own contents', async () => {
    expect(group.losers.map((loser) => loser.class)).toEqual([
      ...['ast', 'ast'],
      ...['ir', 'ir'],
      ...['malformed', 'malformed'],
    ])
    expect(await verify(0, {})).toEqual([])
  })

  it('has edits of IR that the assembler takes and malformed ones that it refuses, at a level of what was edited', async () => {
    for (const loser of group.losers) {
      expect((await tools.engine.assemble(loser.ir)).kind).toBe(
        loser.class === 'malformed' ? 'refused' : 'ok',
      )
      if (loser.class !== 'ast') expect(group.winners[loser.editedWinner]!.levels).toContain(loser.level)
    }
  })

  it('is the same again', async () => {
    const again = await resultOf(unit, { losers: 6, classes: { ast: 1, ir: 1, malformed: 1 } })
    expect(again).toEqual({ kind: 'group', group, pool: expect.any(Array) })
  })

  it('is refuted when an edit of IR is the winner itself, or another edit', async () => {
    const index = indexOf('ir')
    const edited = group.losers[index] as Extract<Loser, { class: 'ir' }>
    const [same, ...rest] = await verify(index, { ir: group.winners[edited.editedWinner]!.ir })
    expect(same).toMatchObject({ member: `loser ${index}`, verdict: 'failed', reason: 'wrong-edit' })
    expect(rest).toMatchObject([{ reason: 'nondeterministic' }])
    const other = group.losers.find((loser) => loser.class === 'ir' && loser !== edited)!
    expect(await verify(index, { mutant: other.mutant })).toMatchObject([{ reason: 'wrong-edit' }])
  })

  it('is refuted when the assembler takes a malformed text, or says something else', async () => {
    const index = indexOf('malformed')
    const malformed = group.losers[index] as MalformedLoser
    const taken = await verify(index, { ir: group.winners[malformed.editedWinner]!.ir })
    expect(taken.map(({ reason }) => reason)).toEqual(['wrong-edit', 'assembled'])
    expect(await verify(index, { message: 'something else' })).toEqual([
      { member: `loser ${index}`, verdict: 'failed', reason: 'other-message', detail: 'something else' },
    ])
  })

  it('says that it does not know an edit that no operator makes', async () => {
    const index = indexOf('ir')
    const mutant = { ...group.losers[index]!.mutant, id: '00'.repeat(32) }
    expect(await verify(index, { mutant })).toMatchObject([{ verdict: 'unknown', reason: 'unknown-edit' }])
  })
})

describe('a unit without a group', () => {
  const program = (code: string): Unit => ({
    id: '11'.repeat(32),
    sourceId: '22'.repeat(32),
    kind: 'program',
    name: 'main',
    code: `#include <stdio.h>\n${code}`,
    standard: 'gnu17',
    exitDefined: true,
  })

  it.each([
    [
      'undefined on every input',
      'int main(void) { int x; if (scanf("%d", &x) != 1) x = 0; return 2147483647 + (x | 1) * (x | 1); }',
      'screen-original',
      'undefined-behaviour',
    ],
    ['made of too little to mutate', 'int main(void) { return 0; }', 'mutate', 'too-few-mutants'],
    [
      'of more code than people write',
      `int main(void) { int n; if (scanf("%d", &n) != 1) return 1; switch (n) {\n${Array.from({ length: 6000 }, (_, at) => `case ${at}: printf("%d\\n", ${at} * 3 % 1001); break;\n`).join('')} default: puts("none"); } return 0; }`,
      'compile',
      'too-large',
    ],
    [
      'undefined by the arguments of its formats',
      'int main(void) { float x; while (scanf("%f", &x) != 1); printf("%f squared is %f or %f\\n", x, x * x); return 0; }',
      'screen-original',
      'undefined-behaviour',
    ],
    [
      'undefined by an assumption',
      'int main(void) { int n; if (scanf("%d", &n) != 1) n = 0; __builtin_assume(n > 2000000000); printf("%d\\n", n > 3); return 0; }',
      'screen-original',
      'undefined-behaviour',
    ],
    [
      'not repeatable',
      'int main(void) { int a; printf("%d\\n", (int)((long)&a >> 4)); return 0; }',
      'screen-original',
      'nondeterministic',
    ],
  ])('that is %s says so', async (_, code, stage, reason) => {
    expect(await resultOf(program(code))).toMatchObject({ kind: 'dropped', stage, reason })
  })
})
