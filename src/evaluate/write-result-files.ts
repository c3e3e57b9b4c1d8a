/**
 * Judged answers in, files in the form of MultiPL-E's evaluator out: `multipl-e/{language}/{name}.results.json.gz` in the
 * results folder, which its own scripts count. What the judge does not keep (standard output) is empty there; what could not
 * be judged is no result.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { BenchmarkProblem } from '../records/benchmark-problem.ts'
import type { Verdict } from '../records/verdict.ts'
import { answerProgram } from './answer-program.ts'
import { keyOf, type Results } from './results-folder.ts'

export function writeResultFiles(
  folder: string,
  problems: readonly BenchmarkProblem[],
  { config, answers, verdicts }: Results,
): void {
  const { prompt, samples } = config.answers
  for (const problem of problems) {
    const results = Array.from({ length: samples }, (_, sample) =>
      keyOf({ problem: problem.id, sample }),
    ).flatMap((key) => {
      const [answer, verdict] = [answers.get(key), verdicts.get(key)?.verdict]
      if (answer === undefined || verdict === undefined || verdict.kind === 'unjudged') return []
      const reading = answerProgram(problem, prompt, answer.text)
      return [{ program: reading.kind === 'program' ? reading.program.code : '', ...resultOf(verdict) }]
    })
    const name = problem.id.slice(problem.id.indexOf('/') + 1)
    const file = join(folder, 'multipl-e', problem.target, `${name.replaceAll('/', '_')}.results.json.gz`)
    mkdirSync(join(folder, 'multipl-e', problem.target), { recursive: true })
    writeFileSync(file, gzipSync(JSON.stringify({ name, language: problem.target, results })))
  }
}

function resultOf(verdict: Verdict): object {
  const message = 'message' in verdict ? verdict.message : ''
  const status = STATUS[verdict.kind] ?? 'Exception'
  return { stdout: '', stderr: message, exit_code: status === 'OK' ? 0 : 1, status }
}

/** Upstream's words. */
const STATUS: Readonly<Partial<Record<Verdict['kind'], string>>> = {
  passed: 'OK',
  timeout: 'Timeout',
  'compile-error': 'SyntaxError',
}
