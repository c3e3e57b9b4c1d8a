/**
 * IR from outside in, the same as clang prints it out, so that what comes later meets one spelling only: whole, with all
 * that it promises of itself, for builds with sanitizers; and normalised. Nothing is run.
 */
import { irCodeAsItIs } from '../compile/code.ts'
import { findMetadataOperand, normalizeIr } from '../compile/normalize-ir.ts'
import type { ClangResult } from '../toolchain/run-clang.ts'
import type { CodeEngine } from './code-engine.ts'

export type IrText =
  | {
      readonly kind: 'ok'
      /** With debug information where there is some. */
      readonly debugIr: string
      /** Without the records of debug information, which the builds do not need. */
      readonly whole: string
      readonly normalized: string
    }
  /** For another machine. */
  | { readonly kind: 'foreign'; readonly triple: string }
  | { readonly kind: 'rejected'; readonly result: Exclude<ClangResult, { kind: 'ok' }> }
  /** An instruction has metadata as an operand, which normalised text cannot have. */
  | { readonly kind: 'metadata-operand'; readonly operand: string }

/** @param rename what becomes of the printed text before anything is read off it */
export async function readIrText(
  engine: Pick<CodeEngine, 'emitIr'>,
  text: string,
  rename: (ir: string) => string = (ir) => ir,
): Promise<IrText> {
  const triple = /^target triple = "([^"]*)"/m.exec(text)?.[1] ?? ''
  if (triple !== '' && !/^x86_64-.*linux/.test(triple)) return { kind: 'foreign', triple }
  const printed = await engine.emitIr(irCodeAsItIs(text), 'O0')
  if (printed.kind !== 'ok') return { kind: 'rejected', result: printed }
  const debugIr = rename(printed.stdout)
  const whole = withoutDebugRecords(debugIr)
  const operand = findMetadataOperand(whole)
  if (operand !== undefined) return { kind: 'metadata-operand', operand }
  return { kind: 'ok', debugIr, whole, normalized: normalizeIr(whole) }
}

const withoutDebugRecords = (ir: string) =>
  ir.replaceAll(/^ +(?:#dbg_\w+\(|(?:tail )?call void @llvm\.dbg\.).*\n/gm, '')
