/**
 * IR text in, whether llvm-as takes it (it parses and the verifier finds nothing wrong) or why not out. One process a
 * text, of which time, memory and output are bounded, and which writes nothing.
 *
 * Not guaranteed: that a module which it takes can be linked or run.
 */
import { UserError } from '../base/user-error.ts'
import { isNotStarted, runTool } from './run-tool.ts'

export type Assembled =
  | { readonly kind: 'ok' }
  /** `message` is the first of the assembler's, without names of programs and files: equal for equal texts. */
  | { readonly kind: 'refused'; readonly message: string }
  /** llvm-as itself took too long or broke: says nothing about the text. */
  | { readonly kind: 'failed'; readonly detail: string }

export const TOO_SLOW = 'too much time'

const OUTPUT_LIMIT_BYTES = 1024 * 1024
const MESSAGE_LIMIT = 300

/**
 * @param llvmAs from `locateTools()`
 * @throws UserError when llvm-as could not be started
 * @example await assemble(llvmAs, 'define i32 @f() {\n  ret i64 0\n}\n')
 *          // { kind: 'refused', message: "2:7: value doesn't match function result type 'i32'" }
 */
export async function assemble(llvmAs: string, ir: string): Promise<Assembled> {
  const result = await runTool([llvmAs, '-disable-output', '-'], ir, OUTPUT_LIMIT_BYTES)
  if (!result.failed) return { kind: 'ok' }
  if (isNotStarted(result.exitCode))
    throw new UserError(
      `The assembler "${llvmAs}" cannot be started: install llvm 19 (apt-get install llvm-19).`,
    )
  const refusal = result.exitCode === 1 ? refused(result.stderr) : undefined
  if (refusal !== undefined) return refusal
  const reason = result.isMaxBuffer
    ? 'too much output'
    : result.timedOut || result.signal === 'SIGKILL' || result.signal === 'SIGXCPU'
      ? TOO_SLOW
      : `stopped by ${result.signal ?? result.exitCode}`
  return { kind: 'failed', detail: reason }
}

const PARSER_MESSAGE = /^[^\n]*?<stdin>:(\d+:\d+): error: (.*)$/m
const VERIFIER_MESSAGE = /^[^\n]*does not verify as correct!\n(.*)/m

/**
 * What llvm-as printed in, its refusal out; undefined where it gives no reason. The parser stops at its first message and
 * says where; the verifier goes on, and its next line shows the instruction.
 */
export function refused(stderr: string): Extract<Assembled, { kind: 'refused' }> | undefined {
  const [, place, parser] = PARSER_MESSAGE.exec(stderr) ?? []
  const verifier = VERIFIER_MESSAGE.exec(stderr)?.[1]
  const message = (place === undefined ? verifier : `${place}: ${parser}`)?.slice(0, MESSAGE_LIMIT)
  return message === undefined ? undefined : { kind: 'refused', message }
}
