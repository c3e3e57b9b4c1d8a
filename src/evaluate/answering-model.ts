/** A model's folder in, the model out as it is asked: what the commands that draw answers have in common. */
import { UserError } from '../base/user-error.ts'
import { DEFAULT_LOGIT_ROWS } from '../train/config/engine-defaults.ts'
import type { Model, NumberType, TensorEngine } from '../train/tensor-engine/tensor-engine.ts'

/** What Llama 3.1's template names where it is told no day; docs/training.md. */
export const TEMPLATE_DATE = '2024-07-26'

/** @param given undefined for the default: bfloat16 on a GPU, float32 without one */
export const answeringType = (
  given: NumberType | undefined,
  { hasCuda }: Pick<TensorEngine, 'hasCuda'>,
): NumberType => given ?? (hasCuda ? 'bfloat16' : 'float32')

/**
 * @param maxTokens of an answer
 * @throws UserError where those leave no room for a prompt
 */
export async function openAnsweringModel(
  engine: TensorEngine,
  {
    folder,
    numberType,
    maxTokens,
  }: { readonly folder: string; readonly numberType: NumberType; readonly maxTokens: number },
): Promise<Model> {
  const model = await engine.openModel({
    folder,
    device: engine.hasCuda ? 'cuda' : 'cpu',
    numberType,
    training: { kind: 'none' },
    logitRows: DEFAULT_LOGIT_ROWS,
  })
  const { maxPositions } = model.info
  if (maxTokens < maxPositions) return model
  await model.close()
  throw new UserError(
    `${folder} takes ${maxPositions} tokens, prompt and answer together; lower --max-tokens (${maxTokens}).`,
  )
}
