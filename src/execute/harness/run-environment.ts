/** What a run is told by its environment: memory fill, budget of edges, sanitizer options, made-up input. */

import type { Input } from '../../records/input.ts'
import { type BuildKind, countsEdges } from '../build-kind.ts'
import type { Executable, Exploration, RunOptions } from '../code-engine.ts'
import { SANITIZER_EXIT } from '../outcome/classify-run.ts'

export function runEnvironment(build: BuildKind, { fill, fuel }: RunOptions): Record<string, string> {
  const environment: Record<string, string> = { GEPO_FILL: String(fill) }
  if (countsEdges(build) && fuel > 0) environment.GEPO_FUEL = String(fuel)
  if (build === 'asan') {
    environment.ASAN_OPTIONS = `detect_leaks=0:symbolize=0:exitcode=${SANITIZER_EXIT}:detect_stack_use_after_return=1:max_malloc_fill_size=1048576:malloc_fill_byte=${fill}`
    // The unit runner says 0 for the inputs of one process: native/unit-runner/unit-runner.c.
    environment.UBSAN_OPTIONS = `halt_on_error=1:symbolize=0:exitcode=${SANITIZER_EXIT}`
  } else if (build === 'msan') {
    // What it would say of a signal is no more than the signal says, and takes milliseconds.
    environment.MSAN_OPTIONS = `symbolize=0:exit_code=${SANITIZER_EXIT}:handle_segv=0:handle_sigbus=0:handle_sigfpe=0`
  } else {
    environment.GLIBC_TUNABLES = `glibc.malloc.perturb=${fill}`
  }
  return environment
}

/** Says to a combined text which of its mutants is meant. */
export const mutantEnvironment = ({ mutant }: Pick<Executable, 'mutant'>): Record<string, string> =>
  mutant === undefined ? {} : { GEPO_MUTANT: String(mutant) }

/** Asks for the edges that are taken. */
export const REPLAY_ENVIRONMENT = { GEPO_HITS: '1' } as const

const LIST_SEPARATOR = '\x1f'

export function explorationEnvironment({
  seed,
  size,
  dictionary,
  beginning,
}: Exploration): Record<string, string> {
  // An environment string cannot hold a NUL.
  const clean = (text: string) => text.replaceAll('\0', '')
  return {
    ...REPLAY_ENVIRONMENT,
    ...(beginning !== undefined && { GEPO_CONTINUE: '1' }),
    GEPO_SEED: String(seed),
    GEPO_SIZE: String(size),
    GEPO_NUMBERS: clean(dictionary.numbers.join(LIST_SEPARATOR)),
    GEPO_WORDS: clean(dictionary.words.join(LIST_SEPARATOR)),
    GEPO_CHARS: clean(dictionary.chars),
  }
}

/** What the unit is given of its input before it asks for more. */
export const explorationInput = ({ call, beginning }: Exploration): Input => ({
  ...(call ?? { kind: 'stdin', stdin: '' }),
  ...(beginning !== undefined && { stdin: beginning }),
})
