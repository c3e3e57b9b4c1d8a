/** Scala, by a compiler that stays: the one of Debian's package, Scala 2.11. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SUPPORT } from '../box-command.ts'
import type { BoxFile } from '../box-frames.ts'
import { callDriver } from '../call-driver.ts'
import { buildScalaCodeTest } from '../code-tests/scala.ts'
import type { Workshop } from '../workshop.ts'
import {
  buildClassFiles,
  type ClassFileLanguage,
  classFileServer,
  compileOnce,
  machineCommand,
} from './build-class-files.ts'
import { interpret } from './build-steps.ts'
import type { BuildJob, Built, Calls, LanguageDefinition } from './language-definition.ts'
import { scalaCallForms } from './scala-call.ts'

const jar = (name: string) => `/usr/share/java/scala-${name}.jar`

/** Where the compiler and answers see what calls functions. */
const FOLDER = 'scala'
const DRIVER = `${SUPPORT}/${FOLDER}`

const CLASS_FILES: ClassFileLanguage = {
  title: 'Scala',
  source: 'ScalaCompileServer.java',
  javaArguments: [
    ...['-Xmx768m', '-Xss8m', '-cp'],
    [...['compiler', 'library', 'reflect'].map(jar), DRIVER].join(':'),
  ],
  libraries: [jar('library')],
}

export const scala: LanguageDefinition = {
  language: 'scala',
  tags: ['scala'],
  aptPackage: 'scala',
  programs: { scalac: ['scalac'], java: ['java'], javac: ['javac'] },
  version: { args: ['-version'], pattern: /version (\d+\.\d+\.\d+)/ },
  outOfMemory: /java\.lang\.OutOfMemoryError/,
  buildCodeTest: (job, test) => buildScalaCodeTest(job, test, CLASS_FILES),
  build: (job) => (job.calls === undefined ? buildClassFiles(job, CLASS_FILES) : buildCall(job, job.calls)),
}

async function buildCall(job: BuildJob, calls: Calls): Promise<Built> {
  const server = await classFileServer(job, CLASS_FILES)
  const driver = await compileOnce('Scala call driver', server, job.workshop, () =>
    String(callDriver('GepoCall.scala').content),
  )
  if (driver.kind === 'sandbox-error') return driver
  if (driver.kind === 'compile-error') return { kind: 'sandbox-error', detail: driver.message }
  await job.workshop.once('Scala call driver files', async () => placeDriver(driver.files, job.workshop))
  const compiled = await server.compile(job.code, [calls.name, ...scalaCallForms(job.code, calls)])
  if (compiled.kind !== 'compiled') return compiled
  return interpret(job, compiled.files, {
    command: [...machineCommand(job, [DRIVER, ...CLASS_FILES.libraries], []), compiled.mainClass],
  })
}

/** Where the compiler looks for its classes. */
function placeDriver(files: readonly BoxFile[], { fence }: Workshop): object {
  for (const { path, content } of files) {
    const target = join(fence.supportFolder, FOLDER, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, content)
  }
  return {}
}
