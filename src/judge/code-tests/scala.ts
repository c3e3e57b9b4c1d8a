import type { CodeTest } from '../../records/suite.ts'
import type { ClassFileLanguage } from '../languages/build-class-files.ts'
import type { Built, CodeTestJob } from '../languages/language-definition.ts'
import { buildClassFileTest } from './class-files.ts'
import { type ClassLanguage, mergeClasses } from './merge-classes.ts'

const SCALA: ClassLanguage = {
  texts: 'scala',
  package: /^[ \t]*package\s+[\w.]+[ \t]*;?[ \t]*$/,
  type: /\b(?:object|class|trait)\s+(\w+)[^{};]*?\{/,
  main: /\bdef\s+(main)\s*\(/,
  program: /\bextends\s+(?:scala\.)?App\b/,
  library: [
    ...['Predef', 'List', 'Seq', 'Map', 'Set', 'Some', 'None', 'Option', 'Array', 'Vector', 'Math', 'math'],
    ...['AssertionError', 'Exception', 'RuntimeException', 'String', 'Tuple2', 'Left', 'Right', 'Nil', 'sys'],
  ],
  // A method of the answer's would come before the library's.
  assertion: [/(?<![.\w])assert(?=\s*\()/, '_root_.scala.Predef.assert'],
}

/** A test in Scala: an object of its own, or members for the answer's. */
export const buildScalaCodeTest = (
  job: CodeTestJob,
  test: CodeTest,
  language: ClassFileLanguage,
): Promise<Built> =>
  buildClassFileTest(job, mergeClasses(job.code, test.code, SCALA), language, 'GepoTest.scala')
