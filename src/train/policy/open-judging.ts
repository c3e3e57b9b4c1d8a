/** A configuration in; the tasks of databases of problems and the judge of this machine out. */
import { availableParallelism } from 'node:os'
import { openJudge } from '../../judge/open-judge.ts'
import { readTasks } from '../../problems/read-tasks.ts'
import { createJudging, type OpenJudging } from './judging.ts'

/** @throws UserError where answers cannot be judged here; the database is looked at when tasks are asked for */
export const openJudging: OpenJudging = async ({ judge: { jobs } }) =>
  createJudging(
    async ({ file, split, sources, targets }) =>
      readTasks(file, { split, ...(sources && { sources }), ...(targets && { targets }) }),
    await openJudge({ slots: jobs ?? availableParallelism() }),
  )
