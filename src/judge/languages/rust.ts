/** Rust, by its compiler. For calls the answer is a library, with the driver's crate compiled once for a judge. */

import { join } from 'node:path'
import { SUPPORT } from '../box-command.ts'
import { callDriverPath } from '../call-driver.ts'
import { buildRustCodeTest } from '../code-tests/rust.ts'
import { compile, compileFirst } from './build-steps.ts'
import { compileCaller } from './compile-outside.ts'
import type { BuildJob, Built, LanguageDefinition } from './language-definition.ts'
import { nativeStackBytes } from './native-stack.ts'
import { rustCallFiles } from './rust-call.ts'

const FLAGS = ['--edition', '2021', '-O', '--cap-lints', 'allow']
const FOLDER = 'rust'
const DRIVER = 'libgepo_call.rlib'
const AS_DRIVER = ['--crate-type', 'rlib', '--crate-name', 'gepo_call']

export const rust: LanguageDefinition = {
  language: 'rust',
  tags: ['rust', 'rs'],
  aptPackage: 'rustc',
  programs: { rustc: ['rustc'] },
  version: { args: ['--version'], pattern: /rustc (\d+\.\d+\.\d+)/ },
  outOfMemory: /memory allocation of \d+ bytes failed/,
  buildCodeTest: async (job, test) =>
    buildRustCodeTest(job, test, [
      ...[job.programs.rustc!, ...FLAGS, '-o', 'answer'],
      // As tests are usually built: what overflows ends there.
      ...['-C', 'debug-assertions=yes'],
      // By it the driver knows types that are the answer's.
      ...['--crate-name', 'answer'],
    ]),
  build: (job) =>
    job.calls === undefined
      ? compile(
          job,
          [{ path: 'answer.rs', content: job.code }],
          [[job.programs.rustc!, ...FLAGS, '-o', 'answer', 'answer.rs']],
          runOf(job),
        )
      : buildCall(job),
}

const runOf = ({ limits }: BuildJob) => ({ command: ['/box/answer'], stackBytes: nativeStackBytes(limits) })

async function buildCall(job: BuildJob): Promise<Built> {
  const rustc = job.programs.rustc!
  const { calls, workshop } = job
  const driver = await workshop.once('rust caller', () =>
    compileCaller(workshop, FOLDER, (folder) => [
      [rustc, ...FLAGS, ...AS_DRIVER, '-o', join(folder, DRIVER), callDriverPath('call.rs')],
    ]),
  )
  if (driver.failure !== undefined) return { kind: 'sandbox-error', detail: driver.failure }
  const forms = rustCallFiles(job.code, calls!)
  if (forms === undefined) return { kind: 'compile-error', message: `there is no function ${calls!.name}` }
  const folder = `${SUPPORT}/${FOLDER}`
  const withDriver = ['--extern', `gepo_call=${folder}/${DRIVER}`]
  const withAnswer = ['-L', folder, '--extern', 'answer=libanswer.rlib']
  const commands = [
    [rustc, ...FLAGS, '--crate-type', 'rlib', ...withDriver, '-o', 'libanswer.rlib', 'answer.rs'],
    [rustc, ...FLAGS, ...withAnswer, '-o', 'answer', 'main.rs'],
  ]
  return compileFirst(job, forms, commands, runOf(job))
}
