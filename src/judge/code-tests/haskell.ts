/**
 * A test in Haskell: the answer is a module, the test another that imports it beside all that the answer imports, and a
 * third runs the test's `main`. What the answer calls as the Prelude does is ambiguous to the test, and no more.
 */
import type { CodeTest } from '../../records/suite.ts'
import { compile } from '../languages/build-steps.ts'
import type { Built, CodeTestJob } from '../languages/language-definition.ts'

/** Code that runs in the compiler, and programs that the compiler starts. */
const AT_COMPILE_TIME = /\b(?:TemplateHaskell|QuasiQuotes|TemplateHaskellQuotes)\b|-pgm|-F\b|\bCPP\b/

/** What would give a literal of the test, or its words, the answer's meaning. */
const REBINDS = /\b(?:Overloaded(?:Lists|Strings|Labels)|RebindableSyntax)\b/

/** Those of the answer would rewrite the test. */
const NO_RULES = '{-# OPTIONS_GHC -fno-enable-rewrite-rules #-}'

/** An instance beside that of the library, for a type of the library. */
const OVERLAPS = /\b(?:OverlappingInstances|IncoherentInstances)\b|\{-#\s*(?:OVERLAP\w*|INCOHERENT)/

interface Module {
  readonly extensions: readonly string[]
  readonly imports: readonly string[]
  readonly body: string
}

export function buildHaskellCodeTest(
  job: CodeTestJob,
  test: CodeTest,
  compiler: readonly string[],
): Promise<Built> | Built {
  const answer = readModule(job.code)
  const wanted = readModule(test.code)
  const forbidden = AT_COMPILE_TIME.exec(answer.extensions.join('\n'))
  if (forbidden !== null) return { kind: 'compile-error', message: `an answer may not use ${forbidden[0]}` }
  const own = ownEquality(job.code)
  if (own !== undefined) return { kind: 'compile-error', message: own }
  const meant = answer.extensions.filter((each) => !REBINDS.test(each))
  const shared = answer.imports.filter((line) => !/^import\s+(?:qualified\s+)?Prelude\b/.test(line))
  const files = [
    { path: 'Answer.hs', content: written('Answer', answer.extensions, answer.imports, answer.body) },
    {
      path: 'GepoTest.hs',
      content: written(
        'GepoTest',
        [NO_RULES, ...meant, ...wanted.extensions],
        [...new Set([...shared, ...wanted.imports, 'import Answer hiding (main)'])],
        wanted.body,
      ),
    },
    { path: 'GepoMain.hs', content: DRIVER },
  ]
  return compile(
    job,
    files,
    [
      [...compiler, '-fno-ignore-asserts', '-main-is', 'GepoMain', 'GepoMain.hs'],
      ['/usr/bin/rm', ...files.map(({ path }) => path)],
    ],
    { command: ['/box/answer'] },
  )
}

/** Numbers that are the answer's and equal to what it says, and equality that comes before the library's. */
function ownEquality(code: string): string | undefined {
  if (OVERLAPS.test(code) && instanceOf('Eq|Ord|Show').test(code))
    return 'an answer may not say anew what values of the library are equal to'
  return instanceOf('Eq|Ord').test(code) && instanceOf('Num|Fractional').test(code)
    ? 'an answer may not have numbers that say themselves what they are equal to'
    : undefined
}

const instanceOf = (names: string) =>
  new RegExp(`^\\s*instance\\b[^\\n]*?\\b(?:\\w+\\.)*(?:${names})\\s+[\\[(\\w]`, 'm')

/** Its header goes; what stays is in the order in which a compiler wants it. */
function readModule(code: string): Module {
  const extensions = [...code.matchAll(/\{-#\s*LANGUAGE\b[\s\S]*?#-\}/g)].map(([pragma]) => pragma)
  const rest = code
    .replace(/\{-#\s*(?:LANGUAGE|OPTIONS\w*)\b[\s\S]*?#-\}/g, '')
    .replace(/^module\s+[\w.]+(?:\s*\([\s\S]*?\))?\s+where\b/m, '')
  const imports: string[] = []
  const body = rest.replace(/^import\b.*(?:\n[ \t]+\S.*)*/gm, (found) => {
    imports.push(found)
    return ''
  })
  return { extensions, imports, body }
}

/** An answer without a main hides nothing by it: one is put there. */
const written = (name: string, extensions: readonly string[], imports: readonly string[], body: string) =>
  [
    ...new Set(extensions),
    `module ${name} where`,
    ...imports,
    body,
    ...(name === 'Answer' && !/^main\b/m.test(body)
      ? ['main :: Prelude.IO ()\nmain = Prelude.return ()']
      : []),
  ].join('\n')

const DRIVER = `module GepoMain where
import qualified GepoTest
import System.Exit (ExitCode (ExitSuccess))
import System.IO
import System.Posix.Process (exitImmediately)

main :: IO ()
main = do
  told <- openBinaryFile "/proc/self/fd/4" ReadMode
  word <- hGetLine told
  hClose told
  _ <- length word \`seq\` GepoTest.main
  hFlush stdout
  record <- openBinaryFile "/proc/self/fd/3" WriteMode
  hPutStr record word
  hClose record
  exitImmediately ExitSuccess
`
