/** Jobs in, their outcomes out: as many runs as possible in one request, the rest by the reference engine. */
import type { RunOutcome } from '../../../records/run-outcome.ts'
import { isStop, type Job } from '../../code-engine.ts'
import { interpretReport } from '../../outcome/interpret-report.ts'
import type { LoadedObjects } from './loaded-objects.ts'
import type { Reference } from './reference.ts'
import { plainInput } from './unit-inputs.ts'

/** What a unit does that even the real linker refuses. */
export const DOES_NOT_LINK: RunOutcome = { kind: 'signal', signal: 'does not link', stderr: '' }

/** Objects and what to stop at are set once for all inputs of a request. */
export async function runJobs(
  objects: LoadedObjects,
  reference: Reference,
  jobs: readonly Job[],
): Promise<RunOutcome[][]> {
  const outcomes: RunOutcome[][] = jobs.map(() => [])
  const requests = Map.groupBy(jobs.keys(), (index) => {
    const { executable, stopAt = 'never' } = jobs[index]!
    return `${executable.file} ${stopAt}`
  })
  for (const indexes of requests.values()) {
    const request = indexes.map((index) => jobs[index]!)
    const ran = objects.has(request[0]!.executable)
      ? ((await runTogether(objects, request)) ?? (await runRelinked(objects, reference, request)))
      : await (await reference.engine()).run(request)
    for (const [position, index] of indexes.entries()) outcomes[index] = ran[position]!
  }
  return outcomes
}

/**
 * Runs that differ in their inputs and mutants alone; a job's outcomes end where it stops.
 *
 * @returns undefined where the objects need the real linker
 */
async function runTogether(
  objects: LoadedObjects,
  jobs: readonly Job[],
): Promise<RunOutcome[][] | undefined> {
  const outcomes: RunOutcome[][] = jobs.map(() => [])
  const stopped = new Set<number>()
  const { executable, stopAt = 'never' } = jobs[0]!
  let open = jobs.flatMap(({ runs }, job) => runs.map((_, run) => ({ job, run })))
  // A stop of the runner may be none: it sees neither the memory that a function leaves nor the end of the fuel.
  while (open.length > 0) {
    const inputs = open.map(({ job, run }) => ({
      ...plainInput(jobs[job]!.executable, jobs[job]!.runs[run]!),
      group: job,
    }))
    const reports = await objects.run(executable, inputs, stopAt)
    if (reports === undefined) return undefined
    for (const [index, report] of reports.entries()) {
      const { job, run } = open[index]!
      if (report === undefined || stopped.has(job)) continue
      const { input, expected } = jobs[job]!.runs[run]!
      const { outcome } = interpretReport(executable, input, report, objects.limits)
      outcomes[job]!.push(outcome)
      if (expected !== undefined && isStop(stopAt, outcome, expected)) stopped.add(job)
    }
    open = open.filter(({ job, run }) => !stopped.has(job) && run >= outcomes[job]!.length)
  }
  return outcomes
}

async function runRelinked(
  objects: LoadedObjects,
  reference: Reference,
  jobs: readonly Job[],
): Promise<RunOutcome[][]> {
  const outcomes: RunOutcome[][] = []
  for (const job of jobs) {
    const executable = await reference.relink(job.executable, objects.codeOf(job.executable))
    if (executable === undefined) outcomes.push(job.runs.map(() => DOES_NOT_LINK))
    else outcomes.push(...(await (await reference.engine()).run([{ ...job, executable }])))
  }
  return outcomes
}
