/** Records in the form that the stages give, made from a number: different numbers, different contents. */
import { createHash } from 'node:crypto'
import { groupId } from '../../src/records/group-id.ts'
import type { AstLoser, GroupRecord, UnitOutcome, Winner } from '../../src/records/group-record.ts'
import type { PoolEntry } from '../../src/records/pool-entry.ts'
import type { Source } from '../../src/records/source.ts'
import type { Unit } from '../../src/records/unit.ts'
import { openStore, type Store } from '../../src/store/store.ts'

export const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex')

export function syntheticSource(n: number): Source {
  const text = `#include <stdio.h>\nint main(void) {\n  int x;\n  scanf("%d", &x);\n  if (x < ${n})\n    puts("small");\n  else\n    puts("large");\n  return 0;\n}\n`
  return { id: sha256(text), dataset: 'synthetic', split: 'all', row: String(n), license: 'MIT', text }
}

export function syntheticUnit(n: number): Unit {
  const source = syntheticSource(n)
  return {
    id: sha256(`unit ${source.id}`),
    sourceId: source.id,
    kind: 'program',
    name: 'main',
    code: source.text,
    standard: 'gnu17',
    exitDefined: true,
  }
}

export interface AstGroup extends GroupRecord {
  readonly losers: readonly AstLoser[]
}

export function syntheticGroup(n: number): AstGroup {
  const unit = syntheticUnit(n)
  const ir = (predicate: string, note: string) =>
    `define i32 @main() {\nentry:\n  %x = alloca i32\n  ${note}\n  %cmp = icmp ${predicate} i32 %0, ${n}\n  br i1 %cmp, label %then, label %else\n}\n`
  const winners: Winner[] = [
    { ir: ir('slt', '%0 = load i32, ptr %x'), levels: ['O0'], chosen: true },
    { ir: ir('slt', '%0 = tail call i32 @read()'), levels: ['O1', 'O2', 'O3'], chosen: true },
    { ir: ir('slt', '%0 = call i32 @read()'), levels: ['Os', 'Oz'], chosen: false },
  ]
  const start = unit.code.indexOf(' < ') + 1
  const losers: AstLoser[] = ['<=', '!='].map((replacement, k) => ({
    mutant: {
      id: sha256(`${unit.id} ROR ${start} ${replacement}`),
      operator: 'ROR',
      start,
      end: start + 1,
      original: '<',
      replacement,
      line: 5,
    },
    code: `${unit.code.slice(0, start)}${replacement}${unit.code.slice(start + 1)}`,
    ir: ir(k === 0 ? 'sle' : 'ne', '%0 = load i32, ptr %x'),
    level: 'O0',
    class: 'ast',
    difficulty: 0.75 - 0.25 * k,
    nearestWinner: 0,
    distance: { lines: 0.2, tokens: 0.01 * (k + 1) },
    depth: 5,
    shownOn: 1,
    witness: {
      inputIndex: k,
      original: { stdout: k === 0 ? 'large\n' : 'large é\n', exit: 0, effects: '' },
      mutant: { stdout: 'small\n', exit: 0, effects: '' },
    },
  }))
  const group = {
    split: n % 10 === 0 ? ('test' as const) : n % 10 === 1 ? ('validation' as const) : ('train' as const),
    inputs: [
      { kind: 'stdin' as const, stdin: `${n}\n` },
      { kind: 'stdin' as const, stdin: `${n + 1}\n` },
    ],
    expected: losers.map(({ witness }) => witness.original),
    coverage: { edgesReached: 3, edgesTotal: 4 },
    seed: 1,
    inputsTried: 12,
    winners,
    losers,
    mutantVerdicts: [
      ...losers.map(({ mutant }) => ({ mutantId: mutant.id, operator: 'ROR', verdict: 'different' })),
      { mutantId: sha256(`${unit.id} SDL`), operator: 'SDL', verdict: 'no-difference' },
    ],
  }
  return { id: groupId(unit.id, group), ...group }
}

export const syntheticPool = (n: number): PoolEntry[] => [
  ...syntheticGroup(n).losers.map(({ mutant, witness }) => ({
    class: 'ast' as const,
    mutant,
    inputIndex: witness.inputIndex,
    result: witness.mutant,
    shownOn: 1,
  })),
  {
    class: 'malformed',
    mutant: syntheticGroup(n).losers[0]!.mutant,
    editedWinner: 0,
    ir: 'é',
    message: '1:1: expected top-level entity',
  },
]

/** The same group with a loser of each class. */
export function groupOfAllClasses(n: number): GroupRecord {
  const group = syntheticGroup(n)
  const [first, second] = group.losers
  const winner = group.winners[1]!
  const edit = (operator: string, replacement: string) => {
    const start = winner.ir.indexOf('icmp slt')
    const original = 'icmp slt'
    const id = sha256(`${winner.ir} ${operator}`)
    const mutant = { id, operator, start, end: start + original.length, original, replacement, line: 5 }
    const ir = winner.ir.replace(original, replacement)
    const hardness = { difficulty: 0.5, nearestWinner: 1, distance: { lines: 0.125, tokens: 0.0625 } }
    return { mutant, editedWinner: 1, ...hardness, ir, level: 'O2' as const }
  }
  const losers: GroupRecord['losers'] = [
    first!,
    { ...edit('IR-PRED', 'icmp sle'), class: 'ir', witness: second!.witness, shownOn: 2 },
    { ...edit('MF-TYPE', 'icmp slt ptr'), class: 'malformed', message: "6:10: expected type 'é'" },
  ]
  const contents = { ...group, losers }
  return { ...contents, id: groupId(syntheticUnit(n).id, contents) }
}

export function syntheticOutcome(n: number): UnitOutcome {
  return {
    unit: syntheticUnit(n),
    result: { kind: 'group', group: syntheticGroup(n), pool: syntheticPool(n) },
    timings: { compile: 10, losers: 20 },
  }
}

export function droppedOutcome(n: number, reason = 'crash'): UnitOutcome {
  return {
    unit: syntheticUnit(n),
    result: { kind: 'dropped', stage: 'screen-original', reason, detail: `signal on "${n}"` },
    timings: { compile: 10 },
  }
}

/** Stores source, unit and outcome number `n`. */
export function saveSynthetic(store: Store, n: number, outcome: UnitOutcome = syntheticOutcome(n)): void {
  const source = syntheticSource(n)
  store.saveSource(source)
  store.saveExtraction(source.id, [syntheticUnit(n)], [])
  store.saveUnitOutcome(outcome)
}

/** A database with the first `count` outcomes. */
export function writeSyntheticDatabase(path: string, count: number): void {
  const store = openStore(path)
  store.beginRun(syntheticRun)
  for (let n = 0; n < count; n++) saveSynthetic(store, n)
  store.finishRun()
  store.close()
}

/** What their prompts and winners say, to make a tokenizer from. */
export const syntheticTexts = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => [
    syntheticUnit(n).code,
    ...syntheticGroup(n).winners.map(({ ir }) => ir),
  ]).flat()

export const syntheticRun = {
  config: { seed: 1 },
  contentConfig: { seed: 1, levels: ['O0', 'O1'], limits: { cpuMs: 2000 } },
  versions: { gepo: '0.1.0', clang: '19.1.7' },
  environment: { node: '24.0.0' },
  sources: ['folder'],
  seed: 1,
  jobs: 2,
}
