/** Jobs in, their outcomes out: as many runs as possible in one request, the rest by the reference engine. */
import type { RunOutcome } from '../../../records/run-outcome.ts'
import { isStop, type Job } from '../../code-engine.ts'
import { interpretReport } from '../../outcome/interpret-report.ts'
import { MOST_IMAGES } from '../../unit-runner/protocol.ts'
import type { LoadedObjects } from './loaded-objects.ts'
import type { Reference } from './reference.ts'
import { plainInput } from './unit-inputs.ts'

/** What a unit does that even the real linker refuses. */
export const DOES_NOT_LINK: RunOutcome = { kind: 'signal', signal: 'does not link', stderr: '' }

export const runJobs = (
  objects: LoadedObjects,
  reference: Reference,
  jobs: readonly Job[],
): Promise<RunOutcome[][]> =>
  runApart(
    jobs,
    (job) => requestOf(objects, job),
    (request) => runRequest(objects, reference, request),
  )

const fileOf = ({ executable }: Job): string => executable.file

/** Runs what has the same key together; outcomes in the order of the jobs. */
async function runApart(
  jobs: readonly Job[],
  keyOf: (job: Job) => string,
  run: (together: readonly Job[]) => Promise<RunOutcome[][]>,
): Promise<RunOutcome[][]> {
  const outcomes: RunOutcome[][] = jobs.map(() => [])
  for (const indexes of Map.groupBy(jobs.keys(), (index) => keyOf(jobs[index]!)).values()) {
    const ran = await run(indexes.map((index) => jobs[index]!))
    for (const [position, index] of indexes.entries()) outcomes[index] = ran[position]!
  }
  return outcomes
}

/**
 * The same for jobs that may share a request: what they have in common is set once in it. Sanitizers register the
 * globals of what they run, so with them each executable has a request of its own.
 */
function requestOf(objects: LoadedObjects, job: Job): string {
  const { executable, stopAt = 'never', cpuMs } = job
  const { build, entryPoint } = executable
  const isAlone = build === 'asan' || build === 'msan' || !objects.has(executable)
  return `${isAlone ? fileOf(job) : `${build} ${entryPoint.kind}`} ${stopAt} ${cpuMs}`
}

async function runRequest(
  objects: LoadedObjects,
  reference: Reference,
  jobs: readonly Job[],
): Promise<RunOutcome[][]> {
  if (!objects.has(jobs[0]!.executable)) return (await reference.engine()).run(jobs)
  const executables = new Set(jobs.map(fileOf)).size
  if (executables <= MOST_IMAGES) {
    const ran = await runTogether(objects, jobs)
    if (ran !== undefined) return ran
    if (executables === 1) return runRelinked(objects, reference, jobs)
  }
  // One of them needs the real linker, or there are too many.
  return runApart(jobs, fileOf, (request) => runRequest(objects, reference, request))
}

/**
 * Runs that differ in their executables, inputs and mutants alone; a job's outcomes end where it stops.
 *
 * @returns undefined where the objects need the real linker
 */
async function runTogether(
  objects: LoadedObjects,
  jobs: readonly Job[],
): Promise<RunOutcome[][] | undefined> {
  const outcomes: RunOutcome[][] = jobs.map(() => [])
  const stopped = new Set<number>()
  const { stopAt = 'never', cpuMs } = jobs[0]!
  const images = [...Map.groupBy(jobs.keys(), (job) => fileOf(jobs[job]!)).values()]
  const executables = images.map(([first]) => jobs[first!]!.executable)
  // The runs of an image lie together: the runner loads it once.
  let open = images.flatMap((indexes, image) =>
    indexes.flatMap((job) => jobs[job]!.runs.map((_, run) => ({ image, job, run }))),
  )
  // A stop of the runner may be none: it sees neither the memory that a function leaves nor the end of the fuel.
  while (open.length > 0) {
    const inputs = open.map(({ image, job, run }) => ({
      ...plainInput(jobs[job]!.executable, jobs[job]!.runs[run]!),
      image,
      group: job,
    }))
    const reports = await objects.run(executables, inputs, { stopAt, cpuMs })
    if (reports === undefined) return undefined
    for (const [index, report] of reports.entries()) {
      const { job, run } = open[index]!
      if (report === undefined || stopped.has(job)) continue
      const { executable, runs } = jobs[job]!
      const { input, expected } = runs[run]!
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
