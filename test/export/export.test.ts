import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { groupLine } from '../../src/export/group-line.ts'
import { pairLines } from '../../src/export/pair-lines.ts'
import { writeJsonl } from '../../src/export/write-jsonl.ts'
import type { StoredGroup } from '../../src/records/group-record.ts'
import { promptOf } from '../../src/records/prompt-template.ts'
import { witnessRecord } from '../../src/records/witness-record.ts'
import { openStore } from '../../src/store/store.ts'
import { capture, run } from '../cli/captured-context.ts'
import {
  groupOfAllClasses,
  syntheticGroup,
  syntheticOutcome,
  syntheticSource,
  syntheticUnit,
} from '../store/synthetic-records.ts'

const storedGroup = (n: number): StoredGroup => ({
  group: syntheticGroup(n),
  unit: syntheticUnit(n),
  source: syntheticSource(n),
})

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gepo-export-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('pairs', () => {
  it('are the prompt with each winner of the group, and nothing of losers', () => {
    const { winners, prompt } = groupLine(storedGroup(3))
    expect(pairLines(storedGroup(3))).toEqual(winners.map(({ ir }) => ({ prompt, response: ir })))
    expect(winners.length).toBe(2)
  })

  it('are what gepo export --format pairs writes, and counts', async () => {
    const db = join(folder, 'groups.db')
    const store = openStore(db)
    store.saveSource(syntheticSource(0))
    store.saveExtraction(syntheticSource(0).id, [syntheticUnit(0)], [])
    store.saveUnitOutcome(syntheticOutcome(0))
    store.close()
    const { stdout, stderr } = await run(['export', db, '--format', 'pairs', '--out', '-'])
    const lines = stdout.trimEnd().split('\n')
    expect(lines.map((line) => Object.keys(JSON.parse(line)))).toEqual(
      lines.map(() => ['prompt', 'response']),
    )
    expect(stderr).toBe(`${lines.length} pairs written to stdout\n`)
    expect(lines.length).toBe(2)
  })
})

describe('a line', () => {
  it('has exactly the fields that machines rely on', () => {
    const { group, source, unit } = storedGroup(3)
    const [first, second] = group.winners
    expect(groupLine(storedGroup(3))).toEqual({
      id: group.id,
      split: 'train',
      unit: { kind: 'program', name: 'main' },
      source: { dataset: 'synthetic', split: 'all', row: '3', license: 'MIT', sha256: source.id },
      prompt: unit.code,
      winners: [
        { ir: first!.ir, levels: ['O0'] },
        { ir: second!.ir, levels: ['O1', 'O2', 'O3'] },
      ],
      losers: group.losers.map((loser, k) => ({
        ir: loser.ir,
        level: 'O0',
        class: 'ast',
        operator: 'ROR',
        difficulty: 0.75 - 0.25 * k,
        distance: { lines: 0.2, tokens: 0.01 * (k + 1) },
        shown: 0.5,
        depth: 5,
        witness: {
          stdin: `${3 + k}\n`,
          original: { stdout: k === 0 ? 'large\n' : 'large é\n', exit: 0 },
          mutant: { stdout: 'small\n', exit: 0 },
        },
      })),
    })
  })

  it('has for a malformed text the message of the assembler and no witness', () => {
    const group = groupOfAllClasses(3)
    const { losers } = groupLine({ group, unit: syntheticUnit(3), source: syntheticSource(3) })
    expect(losers.map((loser) => loser.class)).toEqual(['ast', 'ir', 'malformed'])
    expect(losers[1]!.witness).toMatchObject({ stdin: '4\n', mutant: { stdout: 'small\n', exit: 0 } })
    expect(losers[2]).toEqual({
      ir: group.losers[2]!.ir,
      level: 'O2',
      class: 'malformed',
      operator: 'MF-TYPE',
      difficulty: 0.5,
      distance: { lines: 0.125, tokens: 0.0625 },
      shown: null,
      depth: null,
      witness: null,
      message: "6:10: expected type 'é'",
    })
  })

  it('has for a function its arguments, return values and memory', () => {
    const result = (value: string) => ({
      stdout: '',
      exit: 0,
      effects: JSON.stringify({ return: value, memory: { '*count': value } }),
    })
    const witness = { inputIndex: 0, original: result('1'), mutant: result('2') }
    const args = [{ p: { block: 0, offset: 0 } }, { i: '2' }]
    const blocks = [{ type: 1, count: 1, value: { i: '5' } }]
    const input = { kind: 'call', args, blocks, globals: { limit: { i: '9' } }, stdin: '' } as const
    const callTexts = ['limit = 9;\nf((int[1]){5}, 2)']
    expect(witnessRecord(witness, { inputs: [input] })).not.toHaveProperty('call')
    expect(witnessRecord(witness, { inputs: [input], callTexts })).toEqual({
      call: callTexts[0],
      args,
      blocks,
      globals: { limit: { i: '9' } },
      original: { return: '1', memory: { '*count': '1' }, stdout: '', exit: 0 },
      mutant: { return: '2', memory: { '*count': '2' }, stdout: '', exit: 0 },
    })
  })

  it('prompts with the code, ended by one line end', () => {
    expect(promptOf({ code: 'int x;' })).toBe('int x;\n')
    expect(promptOf({ code: 'int x;\n' })).toBe('int x;\n')
  })
})

describe('a file', () => {
  it('appears whole or not at all', async () => {
    const path = join(folder, 'groups.jsonl')
    writeFileSync(path, 'from before\n')
    function* failing() {
      yield storedGroup(1)
      throw new Error('read error')
    }
    await expect(writeJsonl(failing(), path)).rejects.toThrow('read error')
    expect(readFileSync(path, 'utf8')).toBe('from before\n')
    expect(await writeJsonl([storedGroup(1), storedGroup(2)], path)).toBe(2)
    expect(
      readFileSync(path, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual([syntheticGroup(1).id, syntheticGroup(2).id])
    expect(readdirSync(folder)).toEqual(['groups.jsonl'])
  })

  it('that cannot be written is told in one sentence', async () => {
    await expect(writeJsonl([], join(folder, 'no', 'groups.jsonl'))).rejects.toThrow(
      `The folder of ${join(folder, 'no', 'groups.jsonl')} does not exist`,
    )
    await expect(writeJsonl([storedGroup(1)], folder)).rejects.toThrow('is a folder; name a file.')
  })

  it('takes groups no faster than they are written', async () => {
    let taken = 0
    function* many() {
      for (let n = 0; n < 1000; n++) {
        taken++
        yield storedGroup(n)
      }
    }
    const { stream } = capture()
    let most = 0
    let written = 0
    stream._write = (_chunk, _encoding, done) => {
      most = Math.max(most, taken - ++written)
      setImmediate(done)
    }
    expect(await writeJsonl(many(), stream)).toBe(1000)
    expect(most).toBeLessThan(100)
  })
})

describe('gepo export', () => {
  let db: string
  beforeEach(() => {
    db = join(folder, 'groups.db')
    const store = openStore(db)
    for (let n = 0; n < 30; n++) {
      store.saveSource(syntheticSource(n))
      store.saveExtraction(syntheticSource(n).id, [syntheticUnit(n)], [])
      store.saveUnitOutcome(syntheticOutcome(n))
    }
    store.close()
  })

  it('writes lines alone to stdout, in the order of ids', async () => {
    const { exit, stdout, stderr } = await run(['export', db, '--format', 'jsonl', '--out', '-'])
    const ids = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).id)
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '30 groups written to stdout\n' })
    expect(ids).toHaveLength(30)
    expect(ids).toEqual(ids.toSorted())
  })

  it('writes a split, or a sample, to a file', async () => {
    const out = join(folder, 'test.jsonl')
    const { stdout } = await run(['export', db, '--out', out, '--split', 'test', '--json'])
    expect(JSON.parse(stdout)).toEqual({ groups: 3, out })
    expect(readFileSync(out, 'utf8').trimEnd().split('\n')).toHaveLength(3)
    await run(['export', db, '--out', out, '--sample', '7'])
    expect(readFileSync(out, 'utf8').trimEnd().split('\n')).toHaveLength(7)
  })
})
