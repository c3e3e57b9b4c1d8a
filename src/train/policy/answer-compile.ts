/** Tasks to compile in, a model's answers to them and what the judge of IR says of each out. */
import type { CompileTask } from '../../records/compile-task.ts'
import type { IrVerdict } from '../../records/ir-verdict.ts'
import type { TaskSource } from '../data/task-source.ts'
import type { Model } from '../tensor-engine/tensor-engine.ts'
import { type DrawOptions, drawAnswers } from './draw-answers.ts'
import type { JudgedIr } from './measure-compile.ts'

/** In the order of the tasks. */
export async function answerCompile(
  model: Pick<Model, 'generate'>,
  source: TaskSource<CompileTask>,
  options: DrawOptions<CompileTask, IrVerdict>,
): Promise<JudgedIr[]> {
  const { answers, judged } = await drawAnswers(model, source.load(source.ids), options)
  const { judgements } = await judged
  return answers.map(({ task, sample, ids }, i) => ({ task, sample, tokens: ids.length, ...judgements[i]! }))
}
