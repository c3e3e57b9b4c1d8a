/** Runs in, SandboxFusion's words for them out. Pure. */
import { constants } from 'node:os'
import type { RanProgram } from '../../judge/run-program.ts'
import type { Language } from '../../records/language.ts'
import type { FinishedRun } from '../../sandbox/run-report.ts'
import { isCompiled } from './languages.ts'

/** As its clients read it. `SandboxError`: nothing is known of the program. */
export interface FusionRun {
  readonly status: 'Success' | 'Failed' | 'SandboxError'
  readonly message: string
  readonly compile_result: FusionCommand | null
  readonly run_result: FusionCommand | null
  readonly executor_pod_name: null
  readonly files: Readonly<Record<string, never>>
}

export interface FusionCommand {
  readonly status: 'Finished' | 'TimeLimitExceeded'
  /** In seconds. */
  readonly execution_time: number
  /** Null for one that was out of time; below 0 for a signal. */
  readonly return_code: number | null
  readonly stdout: string
  readonly stderr: string
}

const NOTHING = { compile_result: null, run_result: null, executor_pod_name: null, files: {} } as const

export const sandboxError = (message: string): FusionRun => ({ ...NOTHING, status: 'SandboxError', message })

/** One answer a run; for a program that does not compile the one that says so. */
export function fusionRuns(language: Language, ran: RanProgram): readonly FusionRun[] {
  const compilation = (code: number, stderr: string): FusionCommand => ({
    status: 'Finished',
    execution_time: ran.buildMs / 1000,
    return_code: code,
    stdout: '',
    stderr,
  })
  if (ran.kind === 'compile-error')
    return [{ ...NOTHING, status: 'Failed', message: '', compile_result: compilation(1, ran.message) }]
  const compile_result = isCompiled(language) ? compilation(0, '') : null
  return ran.runs.map((run) => {
    const run_result = command(run)
    return {
      ...NOTHING,
      status: run_result.return_code === 0 ? 'Success' : 'Failed',
      message: limitOf(run),
      compile_result,
      run_result,
    }
  })
}

function command(run: FinishedRun): FusionCommand {
  return {
    status: run.kind === 'timeout' ? 'TimeLimitExceeded' : 'Finished',
    execution_time: run.wallMs / 1000,
    return_code: returnCode(run),
    stdout: run.stdout.toString(),
    stderr: run.stderr.toString(),
  }
}

function returnCode(run: FinishedRun): number | null {
  switch (run.kind) {
    case 'exited':
      return run.code
    case 'signaled':
      return -(constants.signals[run.signal as NodeJS.Signals] ?? constants.signals.SIGKILL)
    case 'timeout':
      return null
    case 'forbidden-syscall':
      return -constants.signals.SIGSYS
    case 'memory-limit':
    case 'output-limit':
      return -constants.signals.SIGKILL
  }
}

/** What ended a run that looks as if a signal had come from nowhere. */
function limitOf({ kind }: FinishedRun): string {
  if (kind === 'memory-limit') return 'ended at its limit of memory'
  if (kind === 'output-limit') return 'ended at its limit of output'
  return kind === 'forbidden-syscall' ? 'ended by a system call that programs may not make' : ''
}
