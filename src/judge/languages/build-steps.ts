/** The two ways to a program that can be run: its text alone, or its text and a compiler. */
import type { FinishedRun } from '../../sandbox/run-report.ts'
import { BOX_BYTES, type Box } from '../box.ts'
import type { BoxFile } from '../box-frames.ts'
import { RUN_ENVIRONMENT } from '../run-environment.ts'
import type { Built, CodeTestJob } from './language-definition.ts'

const GIB = 1024 ** 3

/** Generous, as a compiler's time is the judge's and not the answer's; an answer that takes it up is at fault. */
export const COMPILE_LIMITS = {
  cpuMs: 30_000,
  // A compiler does not wait for anything.
  wallMs: 30_000,
  memoryBytes: 2 * GIB,
  dataBytes: 4 * GIB,
  outputBytes: 1024 * 1024,
}

const MESSAGE_CHARS = 4000

/** The files in an empty box, and what runs them. */
export async function interpret(
  { box }: CodeTestJob,
  files: readonly BoxFile[],
  how: Omit<Extract<Built, { kind: 'built' }>, 'kind'>,
): Promise<Built> {
  return (await fill(box, files)) ?? { kind: 'built', ...how }
}

/** The files in an empty box, compiled there by one command or several, and what runs what came out. */
export async function compile(
  { box }: CodeTestJob,
  files: readonly BoxFile[],
  commands: readonly (readonly string[])[],
  how: Omit<Extract<Built, { kind: 'built' }>, 'kind'>,
): Promise<Built> {
  const unfit = await fill(box, files)
  if (unfit !== undefined) return unfit
  for (const command of commands) {
    const report = await runCompiler(box, command)
    if (report.kind === 'sandbox-error') return report
    if (report.kind !== 'exited' || report.code !== 0)
      return { kind: 'compile-error', message: compilerWords(report) }
  }
  // A source may ask for something else than a program, a library say, and the compiler be content.
  const [program] = how.command
  if (program?.startsWith('/box/')) {
    const report = await runCompiler(box, ['/usr/bin/test', '-x', program])
    if (report.kind === 'sandbox-error') return report
    if (report.kind !== 'exited' || report.code !== 0)
      return { kind: 'compile-error', message: 'the compiler made no program of it' }
  }
  return { kind: 'built', ...how }
}

/** The first of several forms of the files that compiles, else what the compiler says of the first. */
export async function compileFirst(
  job: CodeTestJob,
  forms: readonly (readonly BoxFile[])[],
  commands: readonly (readonly string[])[],
  how: Omit<Extract<Built, { kind: 'built' }>, 'kind'>,
): Promise<Built> {
  let first: Built = { kind: 'compile-error', message: 'there is nothing to compile' }
  for (const [index, files] of forms.entries()) {
    const built = await compile(job, files, commands, how)
    if (built.kind !== 'compile-error') return built
    if (index === 0) first = built
  }
  return first
}

/** Undefined once the files are in the box. Those of an answer that do not fit are its own doing. */
async function fill(
  box: Box,
  files: readonly BoxFile[],
): Promise<Exclude<Built, { kind: 'built' }> | undefined> {
  const tooLarge = { kind: 'compile-error', message: 'the program is larger than its box' } as const
  const bytes = files.reduce((sum, { content }) => sum + content.length, 0)
  if (bytes > BOX_BYTES) return tooLarge
  const prepared = await box.prepare(files)
  if (prepared.kind === 'sandbox-error') return prepared
  return prepared.kind === 'output-limit' ? tooLarge : undefined
}

/** One command that may write to the box. */
export const runCompiler = (
  box: Box,
  [path, ...argv]: readonly string[],
  outputBytes = COMPILE_LIMITS.outputBytes,
) =>
  box.run({
    ...{ path: path!, argv, env: RUN_ENVIRONMENT, writableBox: true },
    limits: { ...COMPILE_LIMITS, outputBytes },
  })

function compilerWords(report: FinishedRun): string {
  const said = `${report.stderr}${report.stdout}`.trim()
  const end = report.kind === 'exited' ? '' : `the compiler ended with ${report.kind}`
  return [said.slice(0, MESSAGE_CHARS), end].filter((part) => part !== '').join('\n') || 'no message'
}
