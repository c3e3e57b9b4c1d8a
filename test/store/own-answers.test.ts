import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import type { DrawnOwnAnswer, OwnAnswer } from '../../src/records/own-answer.ts'
import { isGroupDatabase, isOwnAnswers } from '../../src/store/database-kind.ts'
import { openOwnAnswers, readOwnAnswers } from '../../src/store/own-answers.ts'
import { scratchFolder } from '../scratch-folder.ts'
import { writeSyntheticDatabase } from './synthetic-records.ts'

const origin = { run: 'runs/a', database: 'groups.db' }
const newPath = () => join(scratchFolder(), 'on-policy.db')
const answer = (step: number, text: string, given: Partial<DrawnOwnAnswer> = {}): DrawnOwnAnswer => ({
  step,
  sample: 0,
  group: 'ab12',
  level: null,
  unit: { id: 'u', kind: 'function', name: 'f' },
  prompt: 'int f(void);\n',
  answer: text,
  role: 'loser',
  verdict: { kind: 'malformed', message: `1:1: ${text}` },
  ids: Int32Array.of(1, step, -5),
  reference: -1 / 3,
  ...given,
})
const prompt = { group: 'ab12', level: null }
const read = (path: string, group?: string): OwnAnswer[] => {
  const reader = readOwnAnswers(path)
  const answers = [...reader.answers(group)]
  reader.close()
  return answers
}

describe("the model's own answers", () => {
  it('come back as they were kept, to the last bit', () => {
    const store = openOwnAnswers(newPath(), origin)
    const all = [
      answer(0, 'one'),
      answer(3, 'two', { role: 'winner', verdict: { kind: 'equal', inputs: 2, searched: 0 } }),
    ]
    store.save(all)
    expect(store.joining(prompt, 9)).toEqual(all)
    store.close()
    expect(read(store.path)).toEqual(all.map(({ ids: _, reference: _reference, ...kept }) => kept))
  })

  it('are there once for each prompt, whoever draws them again', () => {
    const store = openOwnAnswers(newPath(), origin)
    store.save([answer(0, 'one'), answer(0, 'one', { sample: 1 })])
    store.save([answer(5, 'one'), answer(5, 'one', { level: 'O2' }), answer(5, 'one', { group: 'cd34' })])
    expect(store.has({ ...prompt, answer: 'one' })).toBe(true)
    expect(store.has({ ...prompt, answer: 'two' })).toBe(false)
    expect(store.joining(prompt, 9).map(({ step }) => step)).toEqual([0])
    store.close()
    expect(read(store.path)).toHaveLength(3)
  })

  it('join the newest first, in their order, and never those that are left out', () => {
    const store = openOwnAnswers(newPath(), origin)
    store.save([0, 1, 2, 3].map((step) => answer(step, `answer ${step}`)))
    store.save([
      answer(4, 'crashes', { role: 'none', verdict: { kind: 'crash', detail: '', inputIndex: 0 } }),
    ])
    expect(store.joining(prompt, 2).map(({ step }) => step)).toEqual([2, 3])
    store.close()
  })

  it('are forgotten from a step on, and the same once they are drawn again', () => {
    const store = openOwnAnswers(newPath(), origin)
    const all = [0, 1, 2, 3].map((step) => answer(step, `answer ${step}`))
    store.save(all)
    store.forgetFrom(2)
    expect(store.joining(prompt, 9).map(({ step }) => step)).toEqual([0, 1])
    store.save(all)
    expect(store.joining(prompt, 9)).toEqual(all)
    store.close()
  })

  it('are read group by group', () => {
    const store = openOwnAnswers(newPath(), origin)
    store.save([answer(0, 'one'), answer(0, 'two', { group: 'ab99' }), answer(1, 'three')])
    store.close()
    const reader = readOwnAnswers(store.path)
    expect(reader.origin).toEqual(origin)
    expect(reader.tally()).toEqual([{ kind: 'malformed', role: 'loser', count: 3 }])
    expect(reader.mistakes(2).map(({ answer: text }) => text)).toEqual(['three', 'two'])
    expect(reader.groupIds('ab')).toEqual(['ab12', 'ab99'])
    expect(reader.groupIds('ab1')).toEqual(['ab12'])
    reader.close()
    expect(read(store.path, 'ab12').map(({ answer: text }) => text)).toEqual(['one', 'three'])
  })

  it('are known by what the file holds', () => {
    const folder = scratchFolder()
    const groups = join(folder, 'on-policy.db')
    writeSyntheticDatabase(groups, 1)
    const own = newPath()
    openOwnAnswers(own, origin).close()
    // As a run has it under way, or leaves it when it is killed: nothing of it is in the file itself yet.
    const live = openOwnAnswers(newPath(), origin)
    expect(isOwnAnswers(live.path)).toBe(true)
    live.close()
    const text = join(folder, 'text.db')
    writeFileSync(text, 'SQLite')
    const kinds = [groups, own, text, join(folder, 'none.db'), folder].map((path) => [
      isGroupDatabase(path),
      isOwnAnswers(path),
    ])
    expect(kinds).toEqual([
      [true, false],
      [false, true],
      [false, false],
      [false, false],
      [false, false],
    ])
  })

  it('are not looked for in other files, and damage is said', () => {
    const groups = join(scratchFolder(), 'groups.db')
    writeSyntheticDatabase(groups, 1)
    expect(() => readOwnAnswers(groups)).toThrow(/holds no answers of a model/)
    expect(() => openOwnAnswers(groups, origin)).toThrow(/holds no answers of a model/)
    expect(() => readOwnAnswers(`${groups}.none`)).toThrow(/does not exist/)

    const store = openOwnAnswers(newPath(), origin)
    store.save([answer(0, 'one')])
    store.close()
    for (const sql of ["UPDATE answers SET unit = '{}'", "UPDATE answers SET verdict = x'0061'"]) {
      const db = new Database(store.path)
      db.exec(sql)
      db.close()
      expect(() => read(store.path)).toThrow(/is damaged; restore it/)
    }
  })
})
