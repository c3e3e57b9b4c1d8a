/** Scala, by a compiler that stays: the one of Debian's package, Scala 2.11. */
import { buildScalaCodeTest } from '../code-tests/scala.ts'
import { buildClassFiles } from './build-class-files.ts'
import type { LanguageDefinition } from './language-definition.ts'

const jar = (name: string) => `/usr/share/java/scala-${name}.jar`

const CLASS_FILES = {
  title: 'Scala',
  source: 'ScalaCompileServer.java',
  javaArguments: ['-Xmx768m', '-Xss8m', '-cp', ['compiler', 'library', 'reflect'].map(jar).join(':')],
  libraries: [jar('library')],
}

export const scala: LanguageDefinition = {
  language: 'scala',
  tags: ['scala'],
  aptPackage: 'scala',
  programs: { scalac: ['scalac'], java: ['java'], javac: ['javac'] },
  version: { args: ['-version'], pattern: /version (\d+\.\d+\.\d+)/ },
  takesCalls: false,
  outOfMemory: /java\.lang\.OutOfMemoryError/,
  buildCodeTest: (job, test) => buildScalaCodeTest(job, test, CLASS_FILES),
  build: (job) => buildClassFiles(job, CLASS_FILES),
}
