/** `gepo eval --benchmark`: how many problems of a benchmark a model, an endpoint or answers in a file solve. */

import { printable } from '../../base/printable.ts'
import type { BenchmarkEvent } from '../../evaluate/evaluate-benchmark.ts'
import type { AnswersConfig } from '../../evaluate/evaluation-config.ts'
import type { BenchmarkSummary } from '../../evaluate/run-benchmark.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { type BenchmarkFlags, parseBenchmarkFlags } from '../flags/benchmark-flags.ts'
import { withInterrupt } from '../progress/interrupt.ts'
import { benchmarkProgress } from '../progress/progress.ts'
import { renderScores } from '../render/render-scores.ts'

export async function runEvalBenchmark(flags: BenchmarkFlags, context: Context): Promise<ExitCode> {
  const { jobs, ...request } = parseBenchmarkFlags(flags, context.loadTensorEngine)
  const { runBenchmark } = await import('../../evaluate/run-benchmark.ts')
  const { openJudge } = await import('../../judge/open-judge.ts')
  const progress = benchmarkProgress(context.stderr)
  const report: (event: BenchmarkEvent) => void = progress.report
  const summary = await withInterrupt(
    () => report({ kind: 'note', text: 'Stopping: all that was answered and judged is stored.' }),
    (signal) =>
      runBenchmark({
        ...request,
        resultFiles: flags.resultFiles === true,
        openJudge: () => openJudge({ slots: jobs }),
        report,
        signal,
      }),
  ).finally(() => progress.stop())
  context.stdout.write(flags.json ? `${JSON.stringify(summary)}\n` : renderSummary(summary, request.out))
  if (summary.kind === 'interrupted') {
    context.stderr.write('Interrupted; the same command goes on from there.\n')
    return EXIT.interrupted
  }
  const open = summary.scores.some(({ unjudged, unanswered }) => unjudged + unanswered > 0)
  return open ? EXIT.unknown : EXIT.done
}

function renderSummary(
  { config, ks, scores, missing, unjudged, kind }: BenchmarkSummary,
  out: string,
): string {
  const reasons: Record<string, number> = {}
  for (const { reason } of missing) reasons[reason] = (reasons[reason] ?? 0) + 1
  return [
    `${config.benchmark.name}, ${describeAnswers(config.answers)}${kind === 'interrupted' ? ', so far' : ''}`,
    '',
    ...renderScores(scores, ks),
    ...reasonLines('missing answers, asked for again by the same command:', reasons),
    ...reasonLines('answers that could not be judged, tried again by the same command:', unjudged),
    '',
    `Answers, verdicts and configuration are in ${out}`,
    '',
  ].join('\n')
}

function reasonLines(title: string, reasons: Readonly<Record<string, number>>): string[] {
  const lines = Object.entries(reasons).map(([reason, count]) => `  ${count}  ${printable(reason)}`)
  return lines.length === 0 ? [] : ['', title, ...lines]
}

function describeAnswers(answers: AnswersConfig): string {
  const { prompt, samples } = answers
  const each = `${samples} ${samples === 1 ? 'answer' : 'answers'} a problem`
  if (answers.kind === 'file') return `${answers.path}, prompts ${prompt}, ${each}`
  const { temperature, topP, seed } = answers
  const who = answers.kind === 'model' ? answers.folder : `${answers.model} at ${answers.url}`
  const how = temperature === 0 ? 'greedy' : `temperature ${temperature}, top-p ${topP}, seed ${seed}`
  return `${who}, prompts ${prompt}, ${each}, ${how}`
}
