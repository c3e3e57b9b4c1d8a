/** `gepo eval --compile`: how much of the IR that a model writes does what the C does. */
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { UserError } from '../../base/user-error.ts'
import { writeFileAtomically } from '../../base/write-atomically.ts'
import type { CompileEvaluation } from '../../evaluate/evaluate-compile.ts'
import { explainUnwritten } from '../../export/explain-unwritten.ts'
import type { Split } from '../../records/split.ts'
import { compileSection } from '../../train/config/sections/progress.ts'
import type { TrainConfig } from '../../train/config/train-config.ts'
import type { JudgedIr } from '../../train/policy/measure-compile.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { CompileRequest } from '../flags/compile-flags.ts'
import { whileEvaluating } from '../progress/while-evaluating.ts'
import { renderCompile } from '../render/render-compile.ts'

export interface EvalOptions {
  readonly folder: string
  readonly split: Split
  /** Null for all. */
  readonly groups: number | null
  readonly json: boolean
}

export async function runEvalCompile(
  config: TrainConfig,
  { folder, split, groups, settings, jobs, drawing, out, json }: EvalOptions & CompileRequest,
  context: Context,
): Promise<ExitCode> {
  // Before the work, not after it.
  if (out !== undefined && !existsSync(dirname(out)))
    throw new UserError(`The folder of ${out} does not exist; make it, or name another file.`)
  const { evaluateCompile } = await import('../../evaluate/evaluate-compile.ts')
  const evaluation = await whileEvaluating(config, context, (tools) =>
    evaluateCompile(config, {
      ...tools,
      folder,
      split,
      limit: groups,
      settings: { ...(config.evaluation.compile ?? compileSection.parse({})), ...settings },
      jobs: jobs ?? config.judge.jobs,
      drawing,
    }),
  )
  if (evaluation === undefined) return EXIT.interrupted
  if (out !== undefined) writeAnswers(out, evaluation)
  const { greedy, drawn } = evaluation
  context.stdout.write(
    json
      ? `${JSON.stringify({ model: folder, split, greedy, ...(drawn && { drawn }) })}\n`
      : `${folder} on ${split}\n\n${renderCompile(evaluation)}`,
  )
  return greedy.unjudged + (drawn?.unjudged ?? 0) > 0 ? EXIT.unknown : EXIT.done
}

function writeAnswers(out: string, { answers }: CompileEvaluation): void {
  const lines = [
    ...answers.greedy.map((answer) => answerLine(answer, 'greedy')),
    ...answers.drawn.map((answer) => answerLine(answer, 'drawn')),
  ]
  try {
    writeFileAtomically(out, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  } catch (error) {
    throw explainUnwritten(error, out, 'file')
  }
}

/** An answer with all that is known of it. */
const answerLine = ({ task, sample, text, tokens, verdict }: JudgedIr, how: 'greedy' | 'drawn') => ({
  group: task.group,
  unit: task.unit.id,
  kind: task.unit.kind,
  name: task.unit.name,
  level: task.level,
  how,
  sample,
  prompt: task.code,
  answer: text,
  tokens,
  verdict,
})
