/** Runs as the stages ask for them in, the same as the unit runner takes them out. */
import type { CallPlan } from '../../../call/call-plan.ts'
import { encodeCall } from '../../../call/encode-call.ts'
import type { Input } from '../../../records/input.ts'
import type { Executable, Exploration, Replay, Run } from '../../code-engine.ts'
import {
  explorationEnvironment,
  mutantEnvironment,
  REPLAY_ENVIRONMENT,
  runEnvironment,
} from '../../harness/run-environment.ts'
import type { UnitInput } from '../../unit-runner/protocol.ts'

export function plainInput(executable: Executable, { input, fill, fuel, expected }: Run): UnitInput {
  const { entryPoint } = executable
  // An exit status that C leaves open cannot be compared by the runner.
  const comparable = expected !== undefined && (entryPoint.kind === 'function' || entryPoint.exitDefined)
  return {
    stdin: input.stdin,
    ...callImage(executable, input),
    fill,
    env: { ...runEnvironment(executable.build, { fill, fuel }), ...mutantEnvironment(executable) },
    ...(comparable && { expected: { exit: expected.exit, stdout: expected.stdout } }),
  }
}

/** @param input what the unit is given before it asks for more */
export function exploredInput(executable: Executable, exploration: Exploration, input: Input): UnitInput {
  const env = {
    ...runEnvironment('cover', { fill: 0, fuel: exploration.fuel }),
    ...explorationEnvironment(exploration),
  }
  return { stdin: input.stdin, ...callImage(executable, input), fill: 0, env }
}

export function replayedInput(executable: Executable, { input, fuel }: Replay): UnitInput {
  const env = { ...runEnvironment(executable.build, { fill: 0, fuel }), ...REPLAY_ENVIRONMENT }
  return { stdin: input.stdin, ...callImage(executable, input), fill: 0, env }
}

/** By input, for all variants of a unit are given the same ones. */
const images = new WeakMap<Input, { readonly plan: CallPlan; readonly args: Uint8Array }>()

function callImage({ entryPoint }: Executable, input: Input): { readonly args?: Uint8Array } {
  if (entryPoint.kind !== 'function' || input.kind !== 'call') return {}
  const { plan } = entryPoint
  const known = images.get(input)
  if (known?.plan === plan) return { args: known.args }
  const args = encodeCall(plan, input)
  images.set(input, { plan, args })
  return { args }
}
