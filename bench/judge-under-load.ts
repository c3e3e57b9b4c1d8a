/**
 * Whether a verdict depends on what else the machine does: answers of fixtures/judge, in all languages that are
 * installed, judged all at once, first alone and then beside busy loops.
 * `node bench/judge-under-load.ts [--answers 200] [--loops 3] [--slots 2] [--save <name>]`
 *
 * Answers come round until there are enough. Told: the verdicts that are not what may come out, and those that differ
 * between the two runs where only one may.
 */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { findPrograms } from '../src/judge/find-programs.ts'
import { DEFINITIONS } from '../src/judge/languages/languages.ts'
import { openJudge } from '../src/judge/open-judge.ts'
import type { Language } from '../src/records/language.ts'
import { EXPECTED, FIXTURES, suiteFor } from '../test/judge/fixture-answers.ts'
import { hardware, saveReport } from './save-report.ts'

const { values } = parseArgs({
  options: {
    answers: { type: 'string', default: '200' },
    loops: { type: 'string', default: '3' },
    slots: { type: 'string', default: '2' },
    save: { type: 'string' },
  },
})

const all = DEFINITIONS.filter((definition) => findPrograms(definition) !== undefined).flatMap(
  ({ language }) => readdirSync(join(FIXTURES, language)).map((file) => ({ language, file })),
)
const answers = Array.from({ length: Number(values.answers) }, (_, index) => all[index % all.length]!)

async function judgeAll(): Promise<{ verdicts: string[]; seconds: number }> {
  const judge = await openJudge({ slots: Number(values.slots) })
  const started = performance.now()
  try {
    const verdicts = await Promise.all(answers.map(async ({ language, file }) => judgeOne(language, file)))
    return { verdicts, seconds: Math.round((performance.now() - started) / 1000) }
  } finally {
    await judge.close()
  }
  async function judgeOne(language: Language, file: string): Promise<string> {
    const code = readFileSync(join(FIXTURES, language, file), 'utf8')
    return (await judge.judge({ language, code }, suiteFor(nameOf(file)))).kind
  }
}

const nameOf = (file: string) => basename(file, extname(file))

const alone = await judgeAll()
const loops = Array.from({ length: Number(values.loops) }, () =>
  spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
)
const loaded = await judgeAll().finally(() => {
  for (const loop of loops) loop.kill('SIGKILL')
})

const unexpected = answers.flatMap(({ language, file }, index) =>
  [alone, loaded].flatMap(({ verdicts }, run) =>
    (EXPECTED[nameOf(file)] as readonly string[]).includes(verdicts[index]!)
      ? []
      : [`${language} ${nameOf(file)}, ${run === 0 ? 'alone' : 'loaded'}: ${verdicts[index]}`],
  ),
)
const different = answers.flatMap(({ language, file }, index) =>
  EXPECTED[nameOf(file)]!.length > 1 || alone.verdicts[index] === loaded.verdicts[index]
    ? []
    : [`${language} ${nameOf(file)}: ${alone.verdicts[index]}, then ${loaded.verdicts[index]}`],
)
for (const line of [...unexpected, ...different]) console.log(line)
console.log(
  `${answers.length} answers, ${unexpected.length} unexpected verdicts, ${different.length} different ones; ` +
    `${alone.seconds} s alone, ${loaded.seconds} s beside ${loops.length} busy loops`,
)
saveReport(values.save, {
  hardware: hardware(),
  answers: answers.length,
  languages: [...new Set(answers.map(({ language }) => language))],
  loops: loops.length,
  slots: Number(values.slots),
  unexpected,
  different,
  seconds: { alone: alone.seconds, loaded: loaded.seconds },
})
process.exitCode = unexpected.length + different.length > 0 ? 1 : 0
