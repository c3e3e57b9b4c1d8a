/** Results folders that no evaluation has made: verdicts as they are told. */
import { join } from 'node:path'
import type { EvaluationConfig } from '../../../src/evaluate/evaluation-config.ts'
import { openResults } from '../../../src/evaluate/results-folder.ts'
import type { BenchmarkEntry } from '../../../src/records/benchmark-results.ts'
import type { Language } from '../../../src/records/language.ts'

/** `P` passed, `F` failed, `?` not judged, `-` not answered, `u` as F, of a problem that no answer can solve; each is a problem. */
export type Told = Readonly<Record<string, string>>

/** @param told by `target` or `source-target` */
export function writeResults(
  folder: string,
  { model, benchmark }: { readonly model: string; readonly benchmark: string },
  told: Told,
): string {
  const config: EvaluationConfig = {
    form: 1,
    gepo: '0.0.0',
    benchmark: { name: benchmark, from: [], places: [], languages: [], limit: null, problems: 'x' },
    answers: { kind: 'file', path: join('answers', model), sha256: 'x', prompt: 'chat', samples: 1 },
  }
  const asked = Object.entries(told).flatMap(([pair, marks]) =>
    [...marks].map((mark, index) => ({ entry: entryOf(pair, index, mark), mark })),
  )
  const results = openResults(
    folder,
    config,
    asked.map(({ entry }) => entry),
  )
  for (const { entry, mark } of asked) {
    const key = { problem: entry.problem, sample: 0 }
    if (mark === '-') continue
    results.addAnswer({ ...key, text: '', finish: 'stop' })
    results.addVerdict({
      ...key,
      verdict:
        mark === 'P'
          ? { kind: 'passed' }
          : mark === '?'
            ? { kind: 'unjudged', reason: 'told so' }
            : { kind: 'timeout', test: 0 },
    })
  }
  results.close()
  return folder
}

function entryOf(pair: string, index: number, mark: string): BenchmarkEntry {
  const [first, second] = pair.split('-') as Language[]
  return {
    problem: `${pair}/${index}`,
    source: second === undefined ? null : first!,
    target: second ?? first!,
    unanswerable: mark === 'u' ? 'it lies in the data' : null,
  }
}
