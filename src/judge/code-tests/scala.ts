import type { CodeTest } from '../../records/suite.ts'
import type { ClassFileLanguage } from '../languages/build-class-files.ts'
import type { Built, CodeTestJob } from '../languages/language-definition.ts'
import { withCheckedEquals, withCheckedEquations } from './check-equality.ts'
import { buildClassFileTest } from './class-files.ts'
import { type ClassLanguage, mergeClasses, replaceBare } from './merge-classes.ts'

const SCALA: ClassLanguage = {
  texts: 'scala',
  package: /^[ \t]*package\s+[\w.]+[ \t]*;?[ \t]*$/,
  // One without a body ends where the next begins.
  type: /\b(?:object|class|trait)\s+(\w+)(?:(?!\b(?:object|class|trait)\b)[^{};])*?\{/,
  main: /\bdef\s+(main)\s*\(/,
  program: /\bextends\s+(?:scala\.)?App\b/,
  library: [
    ...['Predef', 'List', 'Seq', 'Map', 'Set', 'Some', 'None', 'Option', 'Array', 'Vector', 'Math', 'math'],
    ...['AssertionError', 'Exception', 'RuntimeException', 'String', 'Tuple2', 'Left', 'Right', 'Nil', 'sys'],
  ],
  // `val List(a, b) = c` names a and b.
  variable: /\b(?:(?:val|var)\s+(?=\w+\s*[:=])|def\s+)(\w+)\b/,
  checked: (test, name) => {
    const asking = (method: string) => (value: string, expected: string) =>
      `${name}.${method}(${value}, ${expected})`
    const equals = withCheckedEquals(test, { texts: 'scala', method: 'equals', by: asking('equal') })
    const equations = withCheckedEquations(equals, {
      ...{ texts: 'scala', assertion: ASSERTION, by: asking('same') },
    })
    return {
      // A method of the answer's would come before the library's.
      test: replaceBare(equations, { texts: 'scala' }, ASSERTION, '_root_.scala.Predef.assert'),
      helper: checkInScala(name),
    }
  },
}

const ASSERTION = /(?<![\w.])assert(?=\s*\()/

const checkInScala = (name: string) => `
object ${name} {
  def same(value: _root_.scala.Any, expected: _root_.scala.Any): _root_.scala.Boolean =
    value == expected && expected == value
  def equal(value: _root_.scala.Any, expected: _root_.scala.Any): _root_.scala.Boolean =
    value.equals(expected) && expected.equals(value)
}
`

/** A test in Scala: an object of its own, or members for the answer's. */
export const buildScalaCodeTest = (
  job: CodeTestJob,
  test: CodeTest,
  language: ClassFileLanguage,
): Promise<Built> =>
  buildClassFileTest(job, mergeClasses(job.code, test.code, SCALA), language, 'GepoTest.scala')
