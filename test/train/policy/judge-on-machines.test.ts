/** Answers that go to the machine with most room; the other machines are services in this process. */
import { expect, test } from 'vitest'
import { UserError } from '../../../src/base/user-error.ts'
import type { IrJudge } from '../../../src/judge-ir/open-ir-judge.ts'
import type { CompileTask } from '../../../src/records/compile-task.ts'
import type { IrVerdict } from '../../../src/records/ir-verdict.ts'
import type { RolloutConfig } from '../../../src/train/config/train-config.ts'
import {
  compileOnMachines,
  judgeOnMachines,
  serveJudges,
} from '../../../src/train/policy/judge-on-machines.ts'
import type { Judging } from '../../../src/train/policy/judging.ts'
import type { Peer } from '../../../src/train/tensor-engine/ranks/services.ts'
import { makeCompileWorld } from './compile-world.ts'

/** The verdict has its name, and what it was judged by. */
function judgeNamed(name: string, judged: string[]): IrJudge {
  return {
    async judge({ group, unit }, answer, { searchInputs } = {}): Promise<IrVerdict> {
      judged.push(name)
      return {
        kind: 'malformed',
        message: JSON.stringify([name, group.id, unit.name, answer, searchInputs]),
      }
    },
    close: async () => {},
  }
}

test('answers in IR go to every machine, with what they are judged by', async () => {
  const world = await makeCompileWorld()
  const judged: string[] = []
  const opened: unknown[] = []
  const there = serveJudges(async (options) => {
    opened.push(options)
    return judgeNamed('there', judged)
  })
  const peer: Peer = {
    call: async <Result>(service: string, operation: string, argument: unknown) =>
      (await there.services[service]!(operation, structuredClone(argument), {
        signal: new AbortController().signal,
        onPart: () => {},
      })) as Result,
    fail: () => {},
    close: () => {},
  }
  const compiling = await compileOnMachines(
    async () => judgeNamed('here', judged),
    [{ name: 'there', peer }],
  )({ jobs: 2 })
  expect(opened).toEqual([{ jobs: 2 }])
  const rows = compiling.rows(world.database)
  const [group] = rows.groupIds('train')
  const task = { database: world.database, group } as CompileTask
  const verdicts = await Promise.all(
    ['a', 'b', 'c', 'd'].map((answer) => compiling.judge(task, answer, { searchInputs: 3 })),
  )
  expect(judged.toSorted()).toEqual(['here', 'here', 'there', 'there'])
  const { unit } = rows.code(group!)
  expect(verdicts.map((verdict) => JSON.parse((verdict as { message: string }).message))).toEqual(
    ['a', 'b', 'c', 'd'].map((answer) => [expect.stringMatching(/^t?here$/), group, unit.name, answer, 3]),
  )
  await compiling.close()
  await there.close()
})

test.each([
  [
    'programs',
    (close: () => Promise<void>, peer: Peer) =>
      judgeOnMachines(
        async () => ({ close }) as Judging,
        [{ name: 'node7', peer }],
      )({
        judge: { jobs: 2 },
      } as RolloutConfig),
  ],
  [
    'IR',
    (close: () => Promise<void>, peer: Peer) =>
      compileOnMachines(async () => ({ close }) as IrJudge, [{ name: 'node7', peer }])({ jobs: 2 }),
  ],
])('a machine that cannot judge %s is named, and what was open here is closed', async (_, open) => {
  const peer: Peer = {
    call: async () => {
      throw new UserError('There is no compiler: install one.')
    },
    fail: () => {},
    close: () => {},
  }
  let closed = 0
  await expect(
    open(async () => {
      closed++
    }, peer),
  ).rejects.toThrow(
    new UserError('The machine node7 cannot judge answers: There is no compiler: install one.'),
  )
  expect(closed).toBe(1)
})
