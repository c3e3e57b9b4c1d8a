import type { CodeTest } from '../../records/suite.ts'
import type { ClassFileLanguage } from '../languages/build-class-files.ts'
import type { Built, CodeTestJob } from '../languages/language-definition.ts'
import { buildClassFileTest } from './class-files.ts'
import { type ClassLanguage, mergeClasses } from './merge-classes.ts'

const JAVA: ClassLanguage = {
  texts: 'java',
  package: /^[ \t]*package\s+[\w.]+\s*;/,
  import: /^[ \t]*import\s+(?:static\s+)?[\w.]+(?:\.\*)?\s*;/,
  type: /\b(?:class|interface|enum|record)\s+(\w+)[^{};]*\{/,
  main: /\bvoid\s+(main)\s*\(/,
  library: [
    ...[
      'Math',
      'Objects',
      'Arrays',
      'Collections',
      'Boolean',
      'Integer',
      'Long',
      'Double',
      'Float',
      'String',
    ],
    ...['Character', 'List', 'ArrayList', 'Map', 'HashMap', 'Set', 'HashSet', 'Optional', 'System', 'Object'],
    ...[
      'AssertionError',
      'RuntimeException',
      'Exception',
      'Error',
      'IllegalStateException',
      'Pair',
      'Triplet',
    ],
  ],
}

/** A test in Java: a class of its own, as HumanEval-X has it, or members for the answer's, as MultiPL-E has. */
export const buildJavaCodeTest = (
  job: CodeTestJob,
  test: CodeTest,
  language: ClassFileLanguage,
): Promise<Built> =>
  buildClassFileTest(job, mergeClasses(job.code, test.code, JAVA), language, 'GepoTest.java')
