/** The ways to have clang work on a text: a process for each, or something faster that gives the same. */
import { type ClangResult, runClang } from './run-clang.ts'

/** Arguments of the clang driver and a text for its standard input in, what clang makes of it out. */
export type ClangRunner = (args: readonly string[], text: string) => Promise<ClangResult>

/** The reference: starts `clang` for each text. */
export const spawnClang =
  (clang: string): ClangRunner =>
  (args, text) =>
    runClang(clang, args, text)

/**
 * Where `fast` breaks on a text, `reference` has the last word: one of them may have had more stack or memory left.
 * Nobody tries again what took too long; the limits are the same.
 */
export const withReference =
  (fast: ClangRunner, reference: ClangRunner): ClangRunner =>
  async (args, text) => {
    const result = await fast(args, text)
    return result.kind === 'crashed' ? reference(args, text) : result
  }
