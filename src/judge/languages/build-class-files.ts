/** From source to class files and the command that runs them, for the languages of the Java virtual machine. */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { BoxFile } from '../box-frames.ts'
import { callDriver } from '../call-driver.ts'
import type { Workshop } from '../workshop.ts'
import { interpret } from './build-steps.ts'
import {
  type Compiled,
  type CompileServer,
  type CompileServerOptions,
  makeCompileServer,
} from './compile-server.ts'
import type { BuildJob, Built, CodeTestJob } from './language-definition.ts'

const MIB = 1024 ** 2
const DRIVER = 'GepoCall.java'
/** Beside the driver: what the answer's classes are called. */
const CLASSES = 'gepo/call/classes'

export interface ClassFileLanguage extends Omit<CompileServerOptions, 'javaPath'> {
  /** What programs find beside their own classes. */
  readonly libraries: readonly string[]
  /** A folder among what boxes share, for classes that come later. */
  readonly classes?: string
}

/** Compiles the job's code by the language's server, which is started for the first of them. */
export async function buildClassFiles(job: BuildJob, language: ClassFileLanguage): Promise<Built> {
  const server = await classFileServer(job, language)
  const compiled = await server.compile(job.code)
  if (compiled.kind !== 'compiled') return compiled
  if (job.calls === undefined && compiled.mainClass === '')
    return { kind: 'compile-error', message: 'nothing has a method main' }
  const driver =
    job.calls === undefined
      ? undefined
      : await compileOnce('Java driver', server, job.workshop, () => String(callDriver(DRIVER).content))
  if (driver !== undefined && driver.kind !== 'compiled') return driver
  const names = new Set(compiled.files.map(({ path }) => path))
  if (driver?.files.some(({ path }) => names.has(path)))
    return { kind: 'compile-error', message: 'the package gepo.call has what calls the answer' }
  const run = machineCommand(job, language.libraries, [])
  if (driver === undefined) return interpret(job, compiled.files, { command: [...run, compiled.mainClass] })
  // In a file, as there may be more of them than a command holds.
  const classes = { path: CLASSES, content: classNames(compiled.files).join('\n') }
  return interpret(job, [...compiled.files, ...driver.files, classes], {
    command: [...run, driver.mainClass, `/box/${CLASSES}`],
  })
}

/** The language's compiler, started for the first who asks. */
export const classFileServer = (
  { programs, workshop }: CodeTestJob,
  { libraries: _, classes, ...options }: ClassFileLanguage,
): Promise<CompileServer> =>
  workshop.once(`${options.title} compiler`, async () => {
    // A compiler that has not found it once does not look again.
    if (classes !== undefined) mkdirSync(join(workshop.fence.supportFolder, classes))
    return makeCompileServer({ ...options, javaPath: programs.java! }, workshop)
  })

/** The virtual machine, but for the class to run. */
export function machineCommand(
  { limits, programs }: CodeTestJob,
  libraries: readonly string[],
  flags: readonly string[],
): string[] {
  // The machine's own needs, beside the heap, come out of the rest.
  const heapMiB = Math.floor((limits.memoryBytes / MIB) * 0.75)
  const machine = ['-XX:+UseSerialGC', '-Xshare:auto', '-XX:-UsePerfData', `-Xmx${heapMiB}m`, '-Xss32m']
  return [programs.java!, ...machine, ...flags, '-cp', ['/box', ...libraries].join(':')]
}

/** What stands beside all answers, unless the compiler was at fault. */
export async function compileOnce(
  name: string,
  server: CompileServer,
  workshop: Workshop,
  text: () => string,
): Promise<Compiled> {
  const known = await workshop.once<{ compiled?: Compiled }>(name, async () => ({}))
  if (known.compiled?.kind === 'compiled') return known.compiled
  known.compiled = await server.compile(text())
  return known.compiled
}

const classNames = (files: readonly BoxFile[]) =>
  files.map(({ path }) => path.replace(/\.class$/, '').replaceAll('/', '.'))
