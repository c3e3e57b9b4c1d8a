/** A configuration and what its engine is to evaluate in; with progress on standard error the evaluation out. */
import type { TrainConfig } from '../../train/config/train-config.ts'
import type { TrainEvent } from '../../train/run/events.ts'
import { engineOptions } from '../../train/run/open-options.ts'
import type { TensorEngine } from '../../train/tensor-engine/tensor-engine.ts'
import type { Context } from '../context.ts'
import { withInterrupt } from './interrupt.ts'
import { trainProgress } from './train-progress.ts'

interface Tools {
  readonly engine: TensorEngine
  readonly report: (event: TrainEvent) => void
  readonly signal: AbortSignal
}

/**
 * The engine is closed at the end.
 * @returns undefined after Ctrl-C
 */
export async function whileEvaluating<Evaluation>(
  config: TrainConfig,
  { loadTensorEngine, stderr }: Pick<Context, 'loadTensorEngine' | 'stderr'>,
  evaluate: (tools: Tools) => Promise<Evaluation>,
): Promise<Evaluation | undefined> {
  const engine = await loadTensorEngine(engineOptions(config))
  const { report, stop } = trainProgress(stderr)
  try {
    return await withInterrupt(
      () => report({ kind: 'note', text: 'Stopping.' }),
      async (signal) => {
        try {
          return await evaluate({ engine, report, signal })
        } catch (error) {
          if (signal.aborted) return undefined
          throw error
        }
      },
    ).finally(() => stop())
  } finally {
    await engine.close()
  }
}
