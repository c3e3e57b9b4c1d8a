/**
 * The folder of an evaluation: what was asked, what was answered, what the judge said.
 *
 *     config.json      what the answers depend on, whole; an evaluation with another one is refused
 *     problems.jsonl   each problem: id, languages, whether any answer can pass
 *     answers.jsonl    each answer as the model wrote it
 *     verdicts.jsonl   what the judge said of each, with its reason; of several lines for one answer the last counts
 *
 * A line is written as soon as it is known, and nothing that is there is written again. A process that is killed may leave
 * half a line at the end of a file, which the next one takes away. Two processes never write the same folder.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { z } from 'zod'
import { flattenOptions } from '../base/flatten-options.ts'
import { readRegularText } from '../base/regular-file.ts'
import { UserError } from '../base/user-error.ts'
import { writeFileAtomically } from '../base/write-atomically.ts'
import type {
  AnswerKey,
  BenchmarkAnswer,
  BenchmarkEntry,
  BenchmarkVerdict,
} from '../records/benchmark-results.ts'
import { takeBuildLock } from '../store/build-lock.ts'
import type { EvaluationConfig } from './evaluation-config.ts'
import { answerSchema, configSchema, entrySchema, verdictSchema } from './result-schemas.ts'

export interface Results {
  readonly config: EvaluationConfig
  readonly problems: readonly BenchmarkEntry[]
  /** By {@link keyOf}. */
  readonly answers: ReadonlyMap<string, BenchmarkAnswer>
  readonly verdicts: ReadonlyMap<string, BenchmarkVerdict>
}

/** Results that grow. */
export interface ResultsFolder extends Results {
  addAnswer(answer: BenchmarkAnswer): void
  addVerdict(verdict: BenchmarkVerdict): void
  close(): void
}

export const keyOf = ({ problem, sample }: AnswerKey): string => `${sample} ${problem}`

const CONFIG = 'config.json'
const PROBLEMS = 'problems.jsonl'
const ANSWERS = 'answers.jsonl'
const VERDICTS = 'verdicts.jsonl'

/** @throws UserError where the folder holds no results, or damaged ones */
export function readResults(folder: string): Results {
  const config = readConfig(folder)
  if (config === undefined) {
    throw new UserError(`${folder} holds no results; name a folder that gepo eval --benchmark made.`)
  }
  return {
    config,
    problems: readLines<BenchmarkEntry>(join(folder, PROBLEMS), entrySchema),
    answers: firstByKey(readLines<BenchmarkAnswer>(join(folder, ANSWERS), answerSchema)),
    verdicts: new Map(
      readLines<BenchmarkVerdict>(join(folder, VERDICTS), verdictSchema).map((verdict) => [
        keyOf(verdict),
        verdict,
      ]),
    ),
  }
}

/** The configuration of an evaluation that was begun there; undefined where none was. */
export function readConfig(folder: string): EvaluationConfig | undefined {
  const file = join(folder, CONFIG)
  if (!existsSync(file)) return undefined
  try {
    return configSchema.parse(JSON.parse(readRegularText(file))) as unknown as EvaluationConfig
  } catch (error) {
    throw new UserError(`${file} is damaged; name another folder of results.`, { cause: error })
  }
}

/**
 * Begins an evaluation, or goes on with one.
 *
 * @throws UserError where it was begun with another configuration, another process writes there, or the folder holds
 * something else
 */
export function openResults(
  folder: string,
  config: EvaluationConfig,
  problems: readonly BenchmarkEntry[],
): ResultsFolder {
  if (existsSync(folder) && !statSync(folder).isDirectory()) {
    throw new UserError(`${folder} is a file; name a folder as --out.`)
  }
  const isNew = !existsSync(join(folder, CONFIG))
  if (isNew && existsSync(folder) && readdirSync(folder).some((name) => !OWN_FILE.test(name))) {
    throw new UserError(`${folder} holds something that is no evaluation; name a new folder as --out.`)
  }
  mkdirSync(folder, { recursive: true })
  const lock = takeBuildLock(join(folder, CONFIG))
  try {
    if (isNew) {
      writeFileAtomically(join(folder, PROBLEMS), problems.map(lineOf).join(''))
      // Last: where it is, the problems are.
      writeFileAtomically(join(folder, CONFIG), `${JSON.stringify(config, undefined, 2)}\n`)
    } else refuseOther(folder, config)
    const before = readResults(folder)
    const [answers, verdicts] = [new Map(before.answers), new Map(before.verdicts)]
    const answerFile = openLines(join(folder, ANSWERS))
    const verdictFile = openLines(join(folder, VERDICTS))
    return {
      ...before,
      answers,
      verdicts,
      addAnswer(answer) {
        answerFile.append(answer)
        answers.set(keyOf(answer), answer)
      },
      addVerdict(verdict) {
        verdictFile.append(verdict)
        verdicts.set(keyOf(verdict), verdict)
      },
      close() {
        answerFile.close()
        verdictFile.close()
        lock.release()
      },
    }
  } catch (error) {
    lock.release()
    throw error
  }
}

/** What an evaluation that was killed at its very beginning may have left. */
const OWN_FILE = /^(?:config\.json|problems\.jsonl)/

function refuseOther(folder: string, config: EvaluationConfig): void {
  const before = new Map(flattenOptions(readConfig(folder)!))
  const now = new Map(flattenOptions(JSON.parse(JSON.stringify(config))))
  const differing = [...new Set([...before.keys(), ...now.keys()])].filter(
    (name) => !isDeepStrictEqual(before.get(name), now.get(name)),
  )
  if (differing.length === 0) return
  const said = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value))
  const parts = differing.map((name) => `${name} ${said(before.get(name))}, not ${said(now.get(name))}`)
  throw new UserError(
    `${folder} was begun with ${parts.join('; ')}: go on with that, or name another folder as --out.`,
  )
}

function firstByKey<Entry extends AnswerKey>(entries: readonly Entry[]): Map<string, Entry> {
  const found = new Map<string, Entry>()
  for (const entry of entries) if (!found.has(keyOf(entry))) found.set(keyOf(entry), entry)
  return found
}

const lineOf = (record: object) => `${JSON.stringify(record)}\n`

function readLines<Entry>(file: string, schema: z.ZodType): Entry[] {
  if (!existsSync(file)) return []
  const text = textOf(file)
  // Behind the last line end stands what a killed process had begun.
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n')
  return lines.flatMap((line, i) => {
    if (line === '') return []
    try {
      return [schema.parse(JSON.parse(line)) as Entry]
    } catch (error) {
      throw new UserError(
        `Line ${i + 1} of ${file} is damaged; take it out, and the evaluation asks for it again.`,
        { cause: error },
      )
    }
  })
}

function textOf(file: string): string {
  try {
    return readRegularText(file)
  } catch (error) {
    throw new UserError(`${file} cannot be read; name another folder of results.`, { cause: error })
  }
}

function openLines(file: string): { append(record: object): void; close(): void } {
  if (existsSync(file)) truncateSync(file, readFileSync(file).lastIndexOf('\n') + 1)
  const descriptor = openSync(file, 'a')
  return {
    append: (record) => {
      const bytes = Buffer.from(lineOf(record))
      for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done)
    },
    close: () => closeSync(descriptor),
  }
}
