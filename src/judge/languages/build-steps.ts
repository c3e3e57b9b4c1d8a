/** The two ways to a program that can be run: its text alone, or its text and a compiler. */
import type { FinishedRun } from '../../sandbox/run-report.ts'
import type { BoxFile } from '../box-frames.ts'
import { RUN_ENVIRONMENT } from '../run-environment.ts'
import type { BuildJob, Built } from './language-definition.ts'

const GIB = 1024 ** 3

/** Generous, as a compiler's time is the judge's and not the answer's; an answer that takes it up is at fault. */
const COMPILE_LIMITS = {
  cpuMs: 30_000,
  wallMs: 120_000,
  memoryBytes: 2 * GIB,
  dataBytes: 4 * GIB,
  outputBytes: 1024 * 1024,
}

const MESSAGE_CHARS = 4000

/** The files in an empty box, and what runs them. */
export async function interpret(
  { box }: BuildJob,
  files: readonly BoxFile[],
  how: Omit<Extract<Built, { kind: 'built' }>, 'kind'>,
): Promise<Built> {
  const prepared = await box.prepare(files)
  if (prepared.kind === 'sandbox-error') return prepared
  return { kind: 'built', ...how }
}

/** The files in an empty box, compiled there by one command or several, and what runs what came out. */
export async function compile(
  job: BuildJob,
  files: readonly BoxFile[],
  commands: readonly (readonly string[])[],
  how: Omit<Extract<Built, { kind: 'built' }>, 'kind'>,
): Promise<Built> {
  const prepared = await job.box.prepare(files)
  if (prepared.kind === 'sandbox-error') return prepared
  for (const [path, ...argv] of commands) {
    const report = await job.box.run({
      path: path!,
      argv,
      env: RUN_ENVIRONMENT,
      writableBox: true,
      limits: COMPILE_LIMITS,
    })
    if (report.kind === 'sandbox-error') return report
    if (report.kind !== 'exited' || report.code !== 0)
      return { kind: 'compile-error', message: compilerWords(report) }
  }
  return { kind: 'built', ...how }
}

function compilerWords(report: FinishedRun): string {
  const said = `${report.stderr}${report.stdout}`.trim()
  const end = report.kind === 'exited' ? '' : `the compiler ended with ${report.kind}`
  return [said.slice(0, MESSAGE_CHARS), end].filter((part) => part !== '').join('\n') || 'no message'
}
