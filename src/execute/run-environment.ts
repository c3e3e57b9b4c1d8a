/** What a run is told by its environment: memory fill, budget of edges, sanitizer options, made-up input. */
import { SANITIZER_EXIT } from './classify-run.ts'
import type { Build, Executable, Exploration, RunOptions } from './engine.ts'

export function runEnvironment(build: Build, { fill, fuel }: RunOptions): Record<string, string> {
  const environment: Record<string, string> = { GEPO_FILL: String(fill) }
  if (build === 'cover' && fuel > 0) environment.GEPO_FUEL = String(fuel)
  if (build === 'asan') {
    environment.ASAN_OPTIONS = `detect_leaks=0:symbolize=0:exitcode=${SANITIZER_EXIT}:detect_stack_use_after_return=1:max_malloc_fill_size=1048576:malloc_fill_byte=${fill}`
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

const LIST_SEPARATOR = '\x1f'

export function explorationEnvironment({ seed, size, dictionary }: Exploration): Record<string, string> {
  // An environment string cannot hold a NUL.
  const clean = (text: string) => text.replaceAll('\0', '')
  return {
    GEPO_HITS: '1',
    GEPO_SEED: String(seed),
    GEPO_SIZE: String(size),
    GEPO_NUMBERS: clean(dictionary.numbers.join(LIST_SEPARATOR)),
    GEPO_WORDS: clean(dictionary.words.join(LIST_SEPARATOR)),
    GEPO_CHARS: clean(dictionary.chars),
  }
}
