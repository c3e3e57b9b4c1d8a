/**
 * A loser's witness in, the form that machines read out: `{stdin}` or `{args}` with the results of both sides.
 * Text that a program read or wrote holds one char per byte (latin1), so that no byte is lost.
 */
import type { CallEffects } from './call-effects.ts'
import type { GroupRecord, Witness } from './group-record.ts'
import type { CallInput, Input } from './input.ts'
import type { ObservedResult } from './observed-result.ts'

export type WitnessRecord = InputRecord & { readonly original: ResultRecord; readonly mutant: ResultRecord }

export type InputRecord =
  | { readonly stdin: string }
  | {
      /** The call as C text, globals first, where the database has it. */
      readonly call?: string
      /** Values in the form of `Value`, in the order of the parameters. */
      readonly args: CallInput['args']
      /** What pointers refer to; absent where there is none. */
      readonly blocks?: CallInput['blocks']
      readonly globals?: CallInput['globals']
      readonly stdin?: string
    }

export type ResultRecord =
  | { readonly stdout: string; readonly exit: number }
  | (CallEffects & { readonly stdout: string; readonly exit: number })

export function witnessRecord(
  { inputIndex, original, mutant }: Witness,
  { inputs, callTexts }: Pick<GroupRecord, 'inputs' | 'callTexts'>,
): WitnessRecord {
  const input = inputs[inputIndex]!
  return {
    ...inputRecord(input, callTexts?.[inputIndex]),
    original: resultRecord(original, input),
    mutant: resultRecord(mutant, input),
  }
}

export function inputRecord(input: Input, callText?: string): InputRecord {
  if (input.kind === 'stdin') return { stdin: input.stdin }
  const { args, blocks, globals, stdin } = input
  return {
    ...(callText !== undefined && { call: callText }),
    args,
    ...(blocks.length > 0 && { blocks }),
    ...(Object.keys(globals).length > 0 && { globals }),
    ...(stdin !== '' && { stdin }),
  }
}

export function resultRecord({ stdout, exit, effects }: ObservedResult, input: Input): ResultRecord {
  return input.kind === 'stdin' ? { stdout, exit } : { ...(JSON.parse(effects) as CallEffects), stdout, exit }
}
