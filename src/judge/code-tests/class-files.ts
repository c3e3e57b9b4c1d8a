/** A test in a language of the Java virtual machine: the merged source, compiled, and a driver that runs the test's main. */
import { callDriver } from '../call-driver.ts'
import {
  type ClassFileLanguage,
  classFileServer,
  compileOnce,
  machineCommand,
} from '../languages/build-class-files.ts'
import { interpret } from '../languages/build-steps.ts'
import type { Built, CodeTestJob } from '../languages/language-definition.ts'
import type { Merged } from './merge-classes.ts'

export async function buildClassFileTest(
  job: CodeTestJob,
  merged: Merged,
  language: ClassFileLanguage,
  driver: string,
): Promise<Built> {
  if ('problem' in merged) return { kind: 'compile-error', message: merged.problem }
  const server = await classFileServer(job, language)
  const compiled = await server.compile(merged.source)
  if (compiled.kind !== 'compiled') return compiled
  const runner = await compileOnce(`${language.title} test driver`, server, job.workshop, () =>
    String(callDriver(driver).content),
  )
  if (runner.kind !== 'compiled') return runner
  const names = new Set(compiled.files.map(({ path }) => path))
  if (runner.files.some(({ path }) => names.has(path)))
    return { kind: 'compile-error', message: 'the package gepo.test has what runs the test' }
  return interpret(job, [...compiled.files, ...runner.files], {
    command: [...machineCommand(job, language.libraries, ['-ea']), runner.mainClass, merged.mainType],
  })
}
