/**
 * clang and a sanitizer's name in, whether the sanitizer does its work out: a program with the fault that it is
 * for is compiled and run, and must be reported. So a missing runtime, a kernel setting that keeps the runtime
 * from starting, and a sanitizer that sees nothing all show here instead of in wrong verdicts.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { probe } from './ask-version.ts'
import type { PartStatus } from './part.ts'

export type Sanitizer = 'address' | 'memory' | 'undefined'

/** A program with one fault, and the words by which the sanitizer names it. */
const FAULTS: Record<Sanitizer, { readonly program: string; readonly words: string }> = {
  address: {
    program: 'int main(int argc, char **argv) { volatile char text[2] = {0}; return text[argc + 1]; }',
    words: 'stack-buffer-overflow',
  },
  memory: {
    program: 'int main(void) { volatile int value; if (value) return 1; return 0; }',
    words: 'use-of-uninitialized-value',
  },
  undefined: {
    program: 'int main(int argc, char **argv) { volatile int most = 2147483647; return most + argc; }',
    words: 'signed integer overflow',
  },
}

/**
 * Compiles and runs the proof for one sanitizer.
 *
 * @example await checkSanitizer('memory', { path: '/usr/bin/clang-19', version: '19.1.7' }, process.env)
 */
export async function checkSanitizer(
  sanitizer: Sanitizer,
  clang: { readonly path: string; readonly version: string },
  env: NodeJS.ProcessEnv,
): Promise<PartStatus> {
  const { program, words } = FAULTS[sanitizer]
  const found = `${clang.path} -fsanitize=${sanitizer}`
  const folder = await mkdtemp(join(tmpdir(), 'gepo-doctor-'))
  try {
    const source = join(folder, 'fault.c')
    const executable = join(folder, 'fault')
    await writeFile(source, program)
    const compiled = await probe(clang.path, ['-w', `-fsanitize=${sanitizer}`, source, '-o', executable], env)
    if (compiled.failure !== undefined) return { status: 'broken', found, problem: compiled.failure }
    const run = await probe(executable, [], env)
    if (run.stderr.includes(words)) return { status: 'ok', found, version: clang.version }
    return {
      status: 'broken',
      found,
      problem: `a program with a known fault was not reported${run.failure === undefined ? '' : `: ${run.failure}`}`,
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}
