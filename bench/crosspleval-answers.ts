/**
 * Answers that are there already, for the tasks of an open CrossPLEval: what its own references come to when they are
 * judged as a model's answers would be.
 * `node bench/crosspleval-answers.ts TASKS.jsonl HUMANEVAL_X [--recorded MULTIPL_E] --out answers.jsonl`, then
 * `gepo eval --benchmark crosspleval --from TASKS.jsonl --answers answers.jsonl --out FOLDER`.
 *
 * Of the folder HUMANEVAL_X the solution in the task's target, its function called as the declaration wants; JavaScript's
 * for TypeScript too. With `--recorded` instead the answers that a folder of MultiPL-E's rows has recorded of a chat model
 * (`gpt_solution`), which were given to other prompts and follow that set's conventions.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CROSSPLEVAL } from '../src/evaluate/benchmarks/crosspleval.ts'
import { readBenchmark } from '../src/evaluate/read-benchmark.ts'
import { readCrossItems } from '../src/problems/crosspleval/read-cross-items.ts'
import type { Language } from '../src/records/language.ts'
import { readRows } from '../src/sources/read-rows.ts'

const { values, positionals } = parseArgs({
  options: { recorded: { type: 'string' }, out: { type: 'string' } },
  allowPositionals: true,
})
const [tasks, folder] = positionals
if (tasks === undefined || folder === undefined || values.out === undefined)
  throw new Error('the tasks, the folder of HumanEval-X or --out is missing')

/** A text for each language and number of a problem. */
type Answers = ReadonlyMap<string, (name: string) => string>

const fenced = (language: Language, code: string) => `\`\`\`${language}\n${code}\n\`\`\``

async function references(from: string): Promise<Answers> {
  const answers = new Map<string, (name: string) => string>()
  for await (const item of readCrossItems({ from: 'humaneval-x', places: [from] })) {
    if (item.kind === 'dropped') continue
    for (const { program, name } of item.problem.solutions) {
      const called = (as: string) => program.code.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), as)
      const targets: readonly Language[] =
        program.language === 'javascript' ? ['javascript', 'typescript'] : [program.language]
      for (const target of targets)
        answers.set(`${target} ${item.problem.origin.row}`, (as) => fenced(target, called(as)))
    }
  }
  return answers
}

const RECORDED: Readonly<Partial<Record<Language, string>>> = {
  python: 'open_humaneval_python',
  cpp: 'humaneval-cpp',
  java: 'humaneval-java',
  php: 'humaneval-php',
  javascript: 'humaneval-js',
  bash: 'humaneval-sh',
  scala: 'humaneval-scala',
  go: 'humaneval-go',
  typescript: 'humaneval-ts',
  csharp: 'humaneval-cs',
  rust: 'humaneval-rs',
}

async function recorded(from: string): Promise<Answers> {
  const answers = new Map<string, (name: string) => string>()
  for (const [language, file] of Object.entries(RECORDED)) {
    const path = join(from, `${file}.jsonl`)
    if (!existsSync(path)) continue
    for await (const { fields } of readRows(path, [])) {
      const { name, task_id: id, gpt_solution: text } = fields as Readonly<Record<string, unknown>>
      const number = /HumanEval[_/](\d+)/.exec(`${name} ${id}`)?.[1]
      if (typeof text === 'string') answers.set(`${language} HumanEval/${number}`, () => text)
    }
  }
  return answers
}

const answers = values.recorded === undefined ? await references(folder) : await recorded(values.recorded)
const { problems } = await readBenchmark(CROSSPLEVAL, { languages: null, limit: null, from: [tasks] })
const lines = problems.flatMap(({ id, target, suite }) => {
  const [first] = suite.tests
  const text = answers.get(`${target} ${id.split('/').slice(1, 3).join('/')}`)
  return text === undefined || first?.kind !== 'call'
    ? []
    : [`${JSON.stringify({ problem: id, sample: 0, text: text(first.name), finish: 'stop' })}\n`]
})
writeFileSync(values.out, lines.join(''))
console.log(`${lines.length} answers to ${problems.length} tasks`)
