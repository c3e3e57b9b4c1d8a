/**
 * A text and what clang is to be told about it. Enters from the language of a unit, or from IR, and goes to the engines,
 * which know no language beside it.
 */
import type { Level } from '../records/level.ts'

export interface Code {
  readonly text: string
  /** Arguments of clang: the language, its standard, how it becomes IR and code; all but the level. */
  readonly flags: readonly string[]
}

/**
 * Flags for every source language. Names are kept because a model reads them. Contraction is off because a fused
 * multiply-add rounds differently from level to level, which would make equal code differ.
 */
export const SOURCE_FLAGS: readonly string[] = ['-w', '-fno-discard-value-names', '-ffp-contract=off']

/** Normalised IR lacks the lines about the target: clang puts in its own, and would warn of it. */
const IR_FLAGS: readonly string[] = ['-Wno-override-module', '-x', 'ir']

export const irCode = (text: string): Code => ({ text, flags: IR_FLAGS })

/** To be printed as LLVM reads it: no pass runs over it, and names stay. */
export const irCodeAsItIs = (text: string): Code => ({
  text,
  flags: [...IR_FLAGS, '-fno-discard-value-names', '-Xclang', '-disable-llvm-passes'],
})

/** `debug` adds debug information. */
export interface EmitOptions {
  readonly debug?: boolean
}

/** Arguments with which clang reads a code's text from standard input and prints its IR. */
export const emitArguments = (
  { flags }: Code,
  level: Level,
  { debug = false }: EmitOptions = {},
): readonly string[] => [...flags, `-${level}`, ...(debug ? ['-g'] : []), '-S', '-emit-llvm', '-', '-o', '-']
