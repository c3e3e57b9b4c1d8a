/**
 * A test in Haskell: the answer is a module, the test another that imports it beside all that the answer imports, and a
 * third runs the test's `main`. What the answer calls as the Prelude does is ambiguous to the test, and no more. What the
 * test means by its literals and the library's words is asked of the compiler.
 */
import type { CodeTest } from '../../records/suite.ts'
import type { Box } from '../box.ts'
import { compile, runCompiler } from '../languages/build-steps.ts'
import type { Built, CodeTestJob } from '../languages/language-definition.ts'
import { ANSWER, refusedInstance, TELLS_INSTANCES, TELLS_MEANING, TEST } from './haskell-instances.ts'

/** Code that runs in the compiler, and programs that the compiler starts. */
const AT_COMPILE_TIME = /^(?:TemplateHaskell|TemplateHaskellQuotes|QuasiQuotes|CPP)$/

/** There is nobody who would run such code, by whatever words an answer asks for it. */
const NO_CODE = ['-fexternal-interpreter', '-pgmi', '/usr/bin/false', '-pgmP', '/usr/bin/false']

/** Of the answer's extensions those that let a test say more, and let nothing mean something else. */
const SAYS_MORE =
  /^(?:TupleSections|LambdaCase|MultiWayIf|BlockArguments|BangPatterns|ViewPatterns|PatternGuards|PatternSynonyms|RecordWildCards|NamedFieldPuns|ScopedTypeVariables|TypeApplications|TypeOperators|KindSignatures|DataKinds|GADTs|RankNTypes|ExplicitForAll|ExistentialQuantification|FlexibleContexts|FlexibleInstances|MultiParamTypeClasses|NumericUnderscores|BinaryLiterals|HexFloatLiterals|NegativeLiterals|UnicodeSyntax|StandaloneDeriving|Derive\w+|GeneralizedNewtypeDeriving|NoMonomorphismRestriction|ParallelListComp)$/

/** Those of the answer would rewrite the test. */
const NO_RULES = '{-# OPTIONS_GHC -fno-enable-rewrite-rules #-}'

const DUMPS = 'dumps'
const DUMP_BYTES = 64 * 1024 * 1024

interface Module {
  readonly extensions: readonly string[]
  readonly imports: readonly string[]
  readonly body: string
}

export async function buildHaskellCodeTest(
  job: CodeTestJob,
  test: CodeTest,
  compiler: readonly string[],
): Promise<Built> {
  const answer = readModule(job.code)
  const wanted = readModule(test.code)
  const forbidden = answer.extensions.find((each) => AT_COMPILE_TIME.test(each))
  if (forbidden !== undefined) return { kind: 'compile-error', message: `an answer may not use ${forbidden}` }
  const shared = answer.imports.filter((line) => !PRELUDE.test(line))
  const instead = insteadOfPrelude(answer, wanted)
  const meant = answer.extensions.filter((each) => SAYS_MORE.test(each))
  const hidden = ['main', ...namesOf(wanted.body)].join(', ')
  const files = [
    { path: `${ANSWER}.hs`, content: written(ANSWER, [TELLS_INSTANCES], answer) },
    {
      path: `${TEST}.hs`,
      content: written(TEST, [NO_RULES, TELLS_MEANING], {
        extensions: [...meant, ...wanted.extensions],
        imports: [
          ...new Set([
            ...shared,
            ...wanted.imports,
            ...(instead === undefined ? [] : [instead]),
            `import ${ANSWER} hiding (${hidden})`,
          ]),
        ],
        body: wanted.body,
      }),
    },
    { path: 'GepoMain.hs', content: DRIVER },
  ]
  const built = await compile(
    job,
    files,
    [
      ['/usr/bin/mkdir', DUMPS],
      [
        ...compiler,
        ...[...NO_CODE, '-dumpdir', DUMPS, '-fno-ignore-asserts', '-main-is', 'GepoMain', 'GepoMain.hs'],
      ],
      ['/usr/bin/rm', ...files.map(({ path }) => path)],
    ],
    { command: ['/box/answer'] },
  )
  return built.kind === 'built' ? ((await refusalOf(job.box)) ?? built) : built
}

/** Why the answer may not be put to the test, which has been compiled; what tells so is gone from the box then. */
async function refusalOf(box: Box): Promise<Exclude<Built, { kind: 'built' }> | undefined> {
  const said: string[] = []
  for (const command of [
    // Not grep, which fails where there is none.
    ['/usr/bin/sed', '-n', '/^instance /p', `${DUMPS}/${ANSWER}.dump-hi`],
    ['/usr/bin/cat', `${DUMPS}/${TEST}.dump-ds`],
    ['/usr/bin/rm', '-r', DUMPS],
  ]) {
    const report = await runCompiler(box, command, DUMP_BYTES)
    if (report.kind === 'sandbox-error') return report
    if (report.kind !== 'exited' || report.code !== 0)
      return { kind: 'compile-error', message: 'the compiler does not say what instances the test uses' }
    said.push(report.stdout.toString())
  }
  const message = refusedInstance(said[0]!, said[1]!)
  return message === undefined ? undefined : { kind: 'compile-error', message }
}

/** Its header goes; what stays is in the order in which a compiler wants it. Annotations would be run. */
function readModule(code: string): Module {
  const extensions = [...code.matchAll(/\{-#\s*LANGUAGE\b([\s\S]*?)#-\}/gi)].flatMap(
    ([, names]) => names!.match(/\w+/g) ?? [],
  )
  const rest = code
    .replace(/\{-#\s*(?:LANGUAGE|OPTIONS\w*|ANN)\b[\s\S]*?#-\}/gi, ' ')
    .replace(/^module\s+[\w.]+(?:\s*\([\s\S]*?\))?\s+where\b/m, '')
  const imports: string[] = []
  const body = rest.replace(/^import\b.*(?:\n[ \t]+\S.*)*/gm, (found) => {
    imports.push(found)
    return ''
  })
  return { extensions, imports, body }
}

/** What a text declares at its left edge: that is meant, whatever an answer calls so. */
function namesOf(body: string): string[] {
  const names = [...body.matchAll(/^([a-z_][\w']*)(?=[^\n]*(?:=|::))/gm)].map(([, name]) => name!)
  return [...new Set(names)].filter((name) => !KEYWORDS.test(name))
}

const KEYWORDS =
  /^(?:_|main|case|class|data|default|deriving|do|else|foreign|if|import|in|infix[lr]?|instance|let|module|newtype|of|then|type|where)$/

/** The function that a test says it is about, where the answer has it instead of the Prelude's: the test means it, too. */
function insteadOfPrelude(answer: Module, test: Module): string | undefined {
  const hidden = answer.imports.flatMap(
    (line) => /^import\s+Prelude\s+hiding\b([\s\S]*)/.exec(line)?.[1] ?? [],
  )
  const candidate = /\bcandidate\s*=\s*([a-z_][\w']*)/.exec(test.body)?.[1]
  const isMeant =
    candidate !== undefined &&
    hidden
      .join(' ')
      .match(/[\w']+/g)
      ?.includes(candidate)
  return isMeant && !test.imports.some((line) => PRELUDE.test(line))
    ? `import Prelude hiding (${candidate})`
    : undefined
}

const PRELUDE = /^import\s+(?:qualified\s+)?Prelude\b/

const written = (name: string, options: readonly string[], { extensions, imports, body }: Module) =>
  [
    ...options,
    ...Array.from(new Set(extensions), (each) => `{-# LANGUAGE ${each} #-}`),
    `module ${name} where`,
    ...imports,
    body,
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
