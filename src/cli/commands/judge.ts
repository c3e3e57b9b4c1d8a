/** `gepo judge`: one answer, judged by a problem's tests. */
import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import type { Command } from 'commander'
import { nearestName } from '../../base/nearest-name.ts'
import { printable } from '../../base/printable.ts'
import { UserError } from '../../base/user-error.ts'
import type { Judge } from '../../judge/judge.ts'
import { DEFINITIONS } from '../../judge/languages/languages.ts'
import { readAnswer } from '../../judge/read-answer.ts'
import { readSuite } from '../../judge/read-suite.ts'
import { LANGUAGES, type Language, type Program } from '../../records/language.ts'
import type { Suite } from '../../records/suite.ts'
import type { Verdict } from '../../records/verdict.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { type Palette, paletteFor } from '../render/palette.ts'

/** What a model's answer is kept in: text with a block in it. */
const CHAT = ['.md', '.txt']

export function judgeCommand(command: Command, context: Context, setExit: (code: ExitCode) => void): void {
  command
    .description(
      "Compiles and runs an answer in a sandbox on each of a problem's tests. Exit 0: it passes all; 1: it does not; " +
        '3: it cannot be judged here.',
    )
    .argument('<problem.json>', 'tests, comparison and limits, as docs/judge.md has them')
    .argument('<answer>', "a program, or a model's answer (.md, .txt) with one block in the language")
    .option('--language <name>', `one of ${LANGUAGES.join(', ')} (default: by the file's ending)`)
    .option('--json', 'print the verdict as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ gepo judge problem.json answer.py
  $ gepo judge problem.json answer.md --language cpp --json`,
    )
    .action(async (problem: string, answer: string, flags: { language?: string; json?: boolean }) => {
      const suite = readSuite(problem)
      const read = readProgram(answer, flags.language)
      const verdict = read.kind === 'program' ? await judgeOne(read.program, suite) : read
      context.stdout.write(
        flags.json
          ? `${JSON.stringify(verdict)}\n`
          : renderVerdict(verdict, suite, paletteFor(context.stdout)),
      )
      setExit(exitFor(verdict))
    })
}

async function judgeOne(program: Program, suite: Suite): Promise<Verdict> {
  const { openJudge } = await import('../../judge/open-judge.ts')
  let judge: Judge
  try {
    judge = await openJudge({ slots: 1 })
  } catch (error) {
    // No sandbox: nothing wrong with what was asked for, and nothing known of the answer.
    if (error instanceof UserError) return { kind: 'unjudged', reason: error.message }
    throw error
  }
  try {
    return await judge.judge(program, suite)
  } finally {
    await judge.close()
  }
}

function readProgram(path: string, flag: string | undefined): ReturnType<typeof readAnswer> {
  const extension = extname(path).toLowerCase()
  const language = flag === undefined ? languageOfFile(path, extension) : languageNamed(flag)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new UserError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code}): check the path.`)
  }
  return CHAT.includes(extension)
    ? readAnswer(text, language)
    : { kind: 'program', program: { language, code: text } }
}

function languageOfFile(path: string, extension: string): Language {
  const found = DEFINITIONS.find(({ tags }) => tags.includes(extension.slice(1)))
  if (found !== undefined) return found.language
  throw new UserError(`The ending of ${path} does not tell its language: name it with --language.`)
}

function languageNamed(name: string): Language {
  const found = LANGUAGES.find((language) => language === name)
  if (found !== undefined) return found
  const near = nearestName(name, LANGUAGES)
  throw new UserError(
    `--language ${name} is not known${near === undefined ? '' : ` (did you mean ${near}?)`}; known are ${LANGUAGES.join(', ')}.`,
  )
}

function exitFor({ kind }: Verdict): ExitCode {
  if (kind === 'passed') return EXIT.done
  return kind === 'unjudged' ? EXIT.unknown : EXIT.failed
}

function renderVerdict(verdict: Verdict, { tests }: Suite, paint: Palette): string {
  const colour = verdict.kind === 'passed' ? 'green' : verdict.kind === 'unjudged' ? 'yellow' : 'red'
  const place = 'test' in verdict ? ` in test ${verdict.test + 1} of ${tests.length}` : ''
  const count = verdict.kind === 'passed' ? ` (${tests.length} ${tests.length === 1 ? 'test' : 'tests'})` : ''
  return [`${paint(colour, verdict.kind)}${place}${count}`, ...details(verdict), ''].join('\n')
}

function details(verdict: Verdict): string[] {
  switch (verdict.kind) {
    case 'wrong-answer':
      return ['expected', indented(verdict.expected), 'got', indented(verdict.got)]
    case 'compile-error':
    case 'runtime-error':
    case 'format-error':
      return [indented(verdict.message)]
    case 'unjudged':
      return [indented(verdict.reason)]
    default:
      return []
  }
}

const indented = (text: string) => printable(text.replace(/\n$/, '')).replaceAll(/^/gm, '  ')
