/**
 * A file or folder of answers in, the answers and a hash of what was read out. Two forms:
 *
 * - JSON lines (also .gz): `{ "problem", "sample", "text", "finish" }`, as answers.jsonl of a results folder. Sample 0 and
 *   finish "stop" where they are left out.
 * - MultiPL-E's files, one a problem: `{name}.json` or `{name}.json.gz` with `{ "name", "language", "prompt",
 *   "completions" }`, alone or in a folder with folders below it. They are completions of the prompt that they hold, which
 *   must be the problem's; or, where the prompt is empty, a chat model's whole programs, cut at a stop string.
 */
import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import fastGlob from 'fast-glob'
import { z } from 'zod'
import { withoutByteOrderMark } from '../base/parse-json.ts'
import { UserError } from '../base/user-error.ts'
import type { BenchmarkProblem } from '../records/benchmark-problem.ts'
import type { BenchmarkAnswer } from '../records/benchmark-results.ts'
import type { Language } from '../records/language.ts'
import { readBytes } from '../sources/read-bytes.ts'
import { languageOfTag, multiplEId } from './benchmarks/multipl-e.ts'
import type { PromptForm } from './evaluation-config.ts'
import { answerSchema } from './result-schemas.ts'
import { keyOf } from './results-folder.ts'

export interface ReadAnswers {
  readonly answers: readonly BenchmarkAnswer[]
  /** Answers of the problem with most of them. */
  readonly samples: number
  /** Answers of problems that are not asked. */
  readonly others: number
  /** Hex. */
  readonly sha256: string
}

const completionsSchema = z.object({
  name: z.string(),
  language: z.string(),
  prompt: z.string(),
  completions: z.array(z.string()),
})

/** @throws UserError where nothing is there, something else is, or no answer is of one of the problems */
export async function readAnswers(
  place: string,
  prompt: PromptForm,
  problems: readonly BenchmarkProblem[],
): Promise<ReadAnswers> {
  const hash = createHash('sha256')
  const byId = new Map(problems.map((problem) => [problem.id, problem]))
  const found = new Map<string, BenchmarkAnswer>()
  let others = 0
  for (const file of answerFiles(place)) {
    const text = await readText(file)
    hash.update(text)
    const answers = isLines(file) ? readLinesOf(file, text) : readCompletions(file, text, prompt, byId)
    for (const answer of answers) {
      if (!byId.has(answer.problem)) others++
      else if (found.has(keyOf(answer))) {
        throw new UserError(
          `${file} has an answer ${answer.sample} to ${answer.problem} that was there before; number them by "sample".`,
        )
      } else found.set(keyOf(answer), answer)
    }
  }
  if (found.size === 0) {
    throw new UserError(
      `${place} holds no answer to the problems that are asked${others > 0 ? ` (${others} to others)` : ''}; name problems as ${problems[0]!.id}, or change --benchmark, --languages or --from.`,
    )
  }
  const answers = [...found.values()]
  return {
    answers,
    samples: answers.reduce((most, { sample }) => Math.max(most, sample + 1), 0),
    others,
    sha256: hash.digest('hex'),
  }
}

const isLines = (file: string) => /\.jsonl(?:\.gz)?$/.test(file)

function answerFiles(place: string): string[] {
  const stats = statSync(place, { throwIfNoEntry: false })
  if (stats === undefined)
    throw new UserError(`${place} does not exist; name a file or a folder of answers as --answers.`)
  if (!stats.isDirectory()) return [place]
  const names = fastGlob.sync('**/*.json{,.gz}', { cwd: place, ignore: ['**/*.results.json{,.gz}'] }).sort()
  if (names.length === 0) {
    throw new UserError(
      `${place} holds no files of completions ({name}.json.gz); name a file of JSON lines, or MultiPL-E's folder.`,
    )
  }
  return names.map((name) => join(place, name))
}

async function readText(file: string): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of readBytes(file)) chunks.push(chunk)
  return withoutByteOrderMark(Buffer.concat(chunks).toString('utf8'))
}

function readLinesOf(file: string, text: string): BenchmarkAnswer[] {
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return []
    const parsed = answerSchema.safeParse(parseJson(line))
    if (parsed.success) return [parsed.data]
    throw new UserError(
      `Line ${i + 1} of ${file} is no answer: it must be {"problem": "cpp/HumanEval_0_has_close_elements", "sample": 0, "text": "..."}.`,
    )
  })
}

function readCompletions(
  file: string,
  text: string,
  style: PromptForm,
  byId: ReadonlyMap<string, BenchmarkProblem>,
): BenchmarkAnswer[] {
  const parsed = completionsSchema.safeParse(parseJson(text))
  if (!parsed.success)
    throw new UserError(`${file} has no name, language, prompt and completions, as MultiPL-E's files do.`)
  const { name, language: tag, prompt, completions } = parsed.data
  const holds: PromptForm = prompt === '' ? 'chat' : 'raw'
  if (holds !== style) {
    const what = holds === 'raw' ? 'completions of a prompt' : "a chat model's programs"
    throw new UserError(`${file} holds ${what}; give --prompt ${holds}.`)
  }
  const language = languageOfTag(tag)
  const problem = language === undefined ? `${tag}/${name}` : multiplEId(language, name)
  const asked = byId.get(problem)?.completion
  if (asked && holds === 'raw' && asked.prompt.trim() !== prompt.trim()) {
    throw new UserError(
      `${file} goes on with another prompt than ${problem} has; name the rows that it was made of with --from.`,
    )
  }
  return completions.map((completion, sample) => ({
    problem,
    sample,
    text: holds === 'raw' ? completion : asBlock(completion, language, asked?.end ?? ''),
    finish: 'stop',
  }))
}

/** A whole program as a chat answer would have it; what a stop string has cut off its end is put back. */
function asBlock(program: string, language: Language | undefined, end: string): string {
  const isClosed = /\n\}\s*$/.test(program)
  return `~~~~~~${language}\n${program}${isClosed ? '' : end}\n~~~~~~\n`
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
