import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { CodeTest } from '../../records/suite.ts'
import { type ClassFileLanguage, classFileServer, compileOnce } from '../languages/build-class-files.ts'
import type { Compiled } from '../languages/compile-server.ts'
import type { Built, CodeTestJob } from '../languages/language-definition.ts'
import { withCheckedEquals, withThrownAssertions } from './check-equality.ts'
import { buildClassFileTest } from './class-files.ts'
import { JAVA_TUPLES } from './java-tuples.ts'
import { type ClassLanguage, mergeClasses, replaceBare } from './merge-classes.ts'

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
  variable:
    /(?<!\w)(?!(?:return|throws?|new|extends|implements|instanceof|case|package|import|else)\b)[\w.]+(?:\s*<[^;={}()]*>)?(?:\s*\[\s*\])*\s+(\w+)\s*(?:=(?!=)|;)/,
  checked: (test, name) => {
    // The compiler chooses among methods of one name, as it would have done in the test's own words.
    const asking = (value: string, expected: string) =>
      `${name}.same(${value}, ${expected}, (gepoLeft, gepoRight) -> gepoLeft.equals(gepoRight))`
    const equals = withCheckedEquals(
      replaceBare(test, { texts: 'java' }, OBJECTS_EQUAL, `${name}.bothSame`),
      {
        ...{ texts: 'java', method: 'equals', by: asking },
      },
    )
    return { test: withThrownAssertions(equals, 'java'), helper: checkInJava(name) }
  },
}

const OBJECTS_EQUAL = /(?<![\w.])(?:java\.util\.)?Objects\.equals(?=\s*\()/

/** What a test compares by: what is expected is asked, too. */
const checkInJava = (name: string) => `
final class ${name} {
  /** It may throw whatever an equals of the answer's declares. */
  interface Equal<T, U, E extends java.lang.Throwable> { boolean test(T value, U expected) throws E; }
  static <T, U, E extends java.lang.Throwable> boolean same(T value, U expected, Equal<T, U, E> equal) throws E {
    return equal.test(value, expected) && expected != null && (value.getClass() == expected.getClass() && isPlain(value) || expected.equals(value));
  }
  /** Its only equals that takes any object is that of all objects: another one has been asked. */
  private static boolean isPlain(java.lang.Object value) {
    try {
      return value.getClass().getMethod("equals", java.lang.Object.class).getDeclaringClass() == java.lang.Object.class;
    } catch (java.lang.NoSuchMethodException error) {
      return false;
    }
  }
  static boolean bothSame(java.lang.Object value, java.lang.Object expected) {
    return value == null ? expected == null : expected != null && value.equals(expected) && expected.equals(value);
  }
}
`

/** A folder among what boxes share, of classes that answers may import. */
export const JAVA_CLASSES = 'java-classes'

/** A test in Java: a class of its own, as HumanEval-X has it, or members for the answer's, as MultiPL-E has. */
export async function buildJavaCodeTest(
  job: CodeTestJob,
  test: CodeTest,
  language: ClassFileLanguage,
): Promise<Built> {
  if (/\borg\.javatuples\b/.test(job.code + test.code)) {
    const shared = await shareTuples(job, language)
    if (shared.kind !== 'compiled') return shared
  }
  return buildClassFileTest(job, mergeClasses(job.code, test.code, JAVA), language, 'GepoTest.java')
}

async function shareTuples(job: CodeTestJob, language: ClassFileLanguage): Promise<Compiled> {
  const { workshop } = job
  const server = await classFileServer(job, language)
  const compiled = await compileOnce('Java tuples', server, workshop, () => JAVA_TUPLES)
  if (compiled.kind !== 'compiled') return compiled
  await workshop.once('Java tuples shared', async () => {
    const folder = join(workshop.fence.supportFolder, JAVA_CLASSES)
    for (const { path, content } of compiled.files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), content)
    }
    return {}
  })
  return compiled
}
