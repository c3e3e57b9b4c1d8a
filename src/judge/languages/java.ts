/** Java, by a compiler that stays. */
import { SUPPORT } from '../box-command.ts'
import { buildJavaCodeTest, JAVA_CLASSES } from '../code-tests/java.ts'
import { buildClassFiles } from './build-class-files.ts'
import type { LanguageDefinition } from './language-definition.ts'

const CLASS_FILES = {
  title: 'Java',
  source: 'CompileServer.java',
  javaArguments: ['-XX:TieredStopAtLevel=1', '-Xmx512m', `-Dgepo.classes=${SUPPORT}/${JAVA_CLASSES}`],
  libraries: [`${SUPPORT}/${JAVA_CLASSES}`],
  classes: JAVA_CLASSES,
}

export const java: LanguageDefinition = {
  language: 'java',
  tags: ['java'],
  aptPackage: 'default-jdk-headless',
  // The compiler as a sign that it is a JDK: a runtime alone does not do.
  programs: { java: ['java'], javac: ['javac'] },
  version: { args: ['-version'], pattern: /version "(\d[^"]*)"/ },
  outOfMemory: /java\.lang\.OutOfMemoryError/,
  buildCodeTest: (job, test) => buildJavaCodeTest(job, test, CLASS_FILES),
  build: (job) => buildClassFiles(job, CLASS_FILES),
}
