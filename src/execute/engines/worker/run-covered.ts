/** Inputs in, what they do and reach out: explored, which makes them up, or replayed as they are. */
import type { Input } from '../../../records/input.ts'
import type { CodeEngine, Executable, Exploration, Explored, Replay } from '../../code-engine.ts'
import { explorationInput } from '../../harness/run-environment.ts'
import { interpretReport } from '../../outcome/interpret-report.ts'
import type { UnitInput } from '../../unit-runner/protocol.ts'
import type { LoadedObjects } from './loaded-objects.ts'
import type { Reference } from './reference.ts'
import { DOES_NOT_LINK } from './run-jobs.ts'
import { exploredInput, replayedInput } from './unit-inputs.ts'

/** One request, said in both ways. */
interface CoveredRuns {
  readonly inputs: readonly Input[]
  unitInputs(): readonly UnitInput[]
  /** The input as it was consumed. */
  consumed(input: Input, stdin: string): Input
  byReference(engine: CodeEngine, executable: Executable): Promise<Explored[]>
}

export function exploreInputs(
  objects: LoadedObjects,
  reference: Reference,
  executable: Executable,
  explorations: readonly Exploration[],
): Promise<Explored[]> {
  const inputs = explorations.map(explorationInput)
  return runCovered(objects, reference, executable, {
    inputs,
    unitInputs: () =>
      explorations.map((exploration, index) => exploredInput(executable, exploration, inputs[index]!)),
    consumed: (input, stdin) => ({ ...input, stdin }),
    byReference: (engine, instead) => engine.explore(instead, explorations),
  })
}

export function replayInputs(
  objects: LoadedObjects,
  reference: Reference,
  executable: Executable,
  replays: readonly Replay[],
): Promise<Explored[]> {
  return runCovered(objects, reference, executable, {
    inputs: replays.map(({ input }) => input),
    unitInputs: () => replays.map((replay) => replayedInput(executable, replay)),
    consumed: (input) => input,
    byReference: (engine, instead) => engine.replay(instead, replays),
  })
}

async function runCovered(
  objects: LoadedObjects,
  reference: Reference,
  executable: Executable,
  { inputs, unitInputs, consumed, byReference }: CoveredRuns,
): Promise<Explored[]> {
  if (!objects.has(executable)) return byReference(await reference.engine(), executable)
  const reports = await objects.run([executable], unitInputs(), { stopAt: 'never' })
  if (reports !== undefined)
    return reports.map((report, index) => {
      const input = inputs[index]!
      const { stdin, ...explored } = interpretReport(executable, input, report!, objects.limits)
      return { ...explored, input: consumed(input, stdin) }
    })
  const instead = await reference.relink(executable, objects.codeOf(executable))
  if (instead !== undefined) return byReference(await reference.engine(), instead)
  return inputs.map((input) => ({ outcome: DOES_NOT_LINK, input, coverage: undefined }))
}
