/** The judge of IR as others open it: on threads, for many answers at once. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type IrJudge, startIrJudge } from '../../src/api/judge.ts'
import type { CodeEngine } from '../../src/execute/code-engine.ts'
import { loadParser } from '../../src/syntax/parse-c.ts'
import { openDefaultTestEngine } from '../execute/open-test-engine.ts'
import { groupOf } from './group-of.ts'

let engine: CodeEngine
let judge: IrJudge
beforeAll(async () => {
  engine = await openDefaultTestEngine()
  judge = await startIrJudge({ jobs: 2 })
})
afterAll(async () => {
  await judge.close()
  await engine.close()
})

test('answers to several units at once get their own verdicts', async () => {
  const tools = { engine, parse: await loadParser() }
  // One after the other: an engine works on one unit at a time, and forgets its executables with it.
  const twice = await groupOf(tools, 'unsigned twice(unsigned x) { return x * 2; }', 'twice')
  const third = await groupOf(tools, 'unsigned third(unsigned x) { return x / 3 + 1; }', 'third')
  const asked = Array.from({ length: 6 }, () => [
    judge.judge(twice, twice.group.winners[0]!.ir),
    judge.judge(third, third.group.winners[0]!.ir),
    judge.judge(twice, third.group.winners[0]!.ir),
    judge.judge(third, third.group.losers.find(({ class: name }) => name === 'ast')!.ir),
    judge.judge(third, 'nothing of the kind'),
  ]).flat()
  const kinds = (await Promise.all(asked)).map(({ kind }) => kind)
  expect(kinds).toEqual(
    Array.from({ length: 6 }, () => ['equal', 'equal', 'mismatch', 'differs', 'malformed']).flat(),
  )
})

test('a group whose results are not those of its unit judges nobody', async () => {
  const tools = { engine, parse: await loadParser() }
  const stored = await groupOf(tools, 'unsigned half(unsigned x) { return x / 2; }', 'half')
  const [first, ...rest] = stored.group.expected
  const group = { ...stored.group, id: 'f'.repeat(64), expected: [{ ...first!, effects: '{}' }, ...rest] }
  expect(await judge.judge({ ...stored, group }, stored.group.winners[0]!.ir)).toMatchObject({
    kind: 'unjudged',
    reason: expect.stringContaining('on input 0 it does not do here what the group says'),
  })
})
