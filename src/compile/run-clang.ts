/** One clang process: arguments and source text in, its output or the reason of failure out. Nothing is run that it makes. */
import { execa } from 'execa'

export type ClangResult =
  | { readonly kind: 'ok'; readonly stdout: string }
  /** clang refused the input. */
  | { readonly kind: 'rejected'; readonly stderr: string }
  | { readonly kind: 'timeout'; readonly afterMs: number }
  /** clang died or printed more than any sane module: its input's fault, but not a verdict on the language. */
  | { readonly kind: 'crashed'; readonly detail: string }

const TIMEOUT_MS = 60_000
/** Of each process: the driver leaves its own children behind when it is killed, so each must end by itself. */
const CPU_SECONDS = 20
const MEMORY_KIB = 4 * 1024 * 1024
const OUTPUT_LIMIT_BYTES = 16 * 1024 * 1024
const LIMITED = ['-c', `ulimit -v ${MEMORY_KIB}; ulimit -t ${CPU_SECONDS}; exec "$@"`, 'sh']

/**
 * The source goes in by stdin, so that no path of this machine shows in `__FILE__` or in a message.
 * Throws only when clang itself could not be started.
 */
export async function runClang(clang: string, args: readonly string[], source: string): Promise<ClangResult> {
  const result = await execa('sh', [...LIMITED, clang, '-fno-crash-diagnostics', ...args], {
    input: source,
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: OUTPUT_LIMIT_BYTES,
    stripFinalNewline: false,
    reject: false,
    // Ctrl-C in the terminal is for this program; a compiler that it kills would look like one that failed.
    detached: true,
    // Nothing of the caller's environment (CPATH, SOURCE_DATE_EPOCH, ...) may change what is compiled.
    extendEnv: false,
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', SOURCE_DATE_EPOCH: '0' },
  })
  if (!result.failed) return { kind: 'ok', stdout: result.stdout }
  if (result.timedOut) return { kind: 'timeout', afterMs: TIMEOUT_MS }
  if (result.isMaxBuffer) return { kind: 'crashed', detail: `output over ${OUTPUT_LIMIT_BYTES} bytes` }
  if (result.exitCode === 126 || result.exitCode === 127)
    throw new Error(`${clang} could not be started: ${result.stderr}`)
  if (result.exitCode === 1) return { kind: 'rejected', stderr: result.stderr }
  return { kind: 'crashed', detail: result.shortMessage ?? 'clang died' }
}
