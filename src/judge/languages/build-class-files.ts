/** From source to class files and the command that runs them, for the languages of the Java virtual machine. */

import { interpret } from './build-steps.ts'
import { type CompileServerOptions, makeCompileServer } from './compile-server.ts'
import type { BuildJob, Built } from './language-definition.ts'

const MIB = 1024 ** 2

export interface ClassFileLanguage extends Omit<CompileServerOptions, 'javaPath'> {
  /** What programs find beside their own classes. */
  readonly libraries: readonly string[]
}

/** Compiles the job's code by the language's server, which is started for the first of them. */
export async function buildClassFiles(
  job: BuildJob,
  { libraries, ...options }: ClassFileLanguage,
): Promise<Built> {
  const javaPath = job.programs.java!
  const server = await job.workshop.once(`${options.title} compiler`, async () =>
    makeCompileServer({ ...options, javaPath }, job.workshop),
  )
  const compiled = await server.compile(job.code)
  if (compiled.kind !== 'compiled') return compiled
  // The machine's own needs, beside the heap, come out of the rest.
  const heapMiB = Math.floor((job.limits.memoryBytes / MIB) * 0.75)
  const machine = ['-XX:+UseSerialGC', '-Xshare:auto', '-XX:-UsePerfData', `-Xmx${heapMiB}m`, '-Xss32m']
  return interpret(job, compiled.files, {
    command: [javaPath, ...machine, '-cp', ['/box', ...libraries].join(':'), compiled.mainClass],
  })
}
