/** Builds of variants in, what those that compiled give out. */
import type { BuildResult, CodeEngine, Job } from '../../execute/code-engine.ts'
import type { RunOutcome } from '../../records/run-outcome.ts'

/** All in one request; for each build its outcomes, or why there are none. */
export async function runBuilds(
  engine: CodeEngine,
  builds: readonly BuildResult[],
  jobOf: (index: number) => Omit<Job, 'executable'>,
): Promise<
  (Extract<BuildResult, { kind: 'rejected' }> | { kind: 'ran'; outcomes: readonly RunOutcome[] })[]
> {
  const jobs = builds.flatMap((built, index) =>
    built.kind === 'ok' ? [{ ...jobOf(index), executable: built.executable }] : [],
  )
  const outcomes = (await engine.run(jobs)).values()
  return builds.map((built) =>
    built.kind === 'rejected' ? built : { kind: 'ran', outcomes: outcomes.next().value! },
  )
}
