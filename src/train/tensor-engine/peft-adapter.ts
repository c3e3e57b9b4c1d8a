/**
 * Low-rank additions in PEFT's form: adapter_config.json and adapter_model.safetensors, with PEFT's names. What an adapter
 * holds besides plain LoRA on linear layers is refused by name, never left out.
 */
import { join } from 'node:path'
import { z } from 'zod'
import type { LinearLayer } from '../config/engine-defaults.ts'
import { readJsonFile } from './checkpoint-files.ts'
import { readSafetensorsHeader, type StoredTensor } from './safetensors.ts'
import { EngineError } from './tensor-engine.ts'

export const ADAPTER_CONFIG_FILE = 'adapter_config.json'
export const ADAPTER_WEIGHTS_FILE = 'adapter_model.safetensors'

export interface LowRank {
  readonly rank: number
  /** The addition is scaled by alpha / rank. */
  readonly alpha: number
  readonly targets: readonly LinearLayer[]
}

/** What PEFT's names have before those of the model. */
const PREFIX = 'base_model.model.'

/** @returns PEFT's name of an addition */
export const nameInAdapter = (name: string): string => `${PREFIX}${name}`

/** @param base the model that it is for, as PEFT finds it */
export function adapterConfig({ rank, alpha, targets }: LowRank, base: string): object {
  return {
    base_model_name_or_path: base,
    bias: 'none',
    fan_in_fan_out: false,
    inference_mode: true,
    lora_alpha: alpha,
    lora_dropout: 0,
    modules_to_save: null,
    peft_type: 'LORA',
    r: rank,
    target_modules: [...targets],
    task_type: 'CAUSAL_LM',
    use_dora: false,
    use_rslora: false,
  }
}

const none = z.union([z.null(), z.literal(false), z.literal('none'), z.array(z.never()), z.strictObject({})])
const configSchema = z.looseObject({
  peft_type: z.literal('LORA'),
  r: z.int(),
  lora_alpha: z.number(),
  ...Object.fromEntries(
    [
      'bias',
      'fan_in_fan_out',
      'use_dora',
      'use_rslora',
      'lora_bias',
      'rank_pattern',
      'alpha_pattern',
      'modules_to_save',
      'layers_to_transform',
    ].map((name) => [name, none.optional()]),
  ),
})

/**
 * The additions of a folder under the model's own names.
 *
 * @param expected what the model was opened with
 * @param names of all additions that the model has
 * @throws EngineError of the kind `bad-checkpoint` that says how the two differ
 */
export async function readAdapter(
  folder: string,
  expected: LowRank,
  names: readonly string[],
): Promise<{ readonly path: string; readonly tensors: readonly StoredTensor[] }> {
  const configPath = join(folder, ADAPTER_CONFIG_FILE)
  const config = configSchema.safeParse(await readJsonFile(configPath))
  if (!config.success) {
    const [name = 'peft_type'] = config.error.issues[0]!.path
    throw refused(`${configPath} has a ${String(name)} that is not trained here; give plain LoRA.`)
  }
  const { r, lora_alpha: alpha } = config.data
  if (r !== expected.rank || alpha !== expected.alpha)
    throw refused(
      `${folder} has rank ${r} and alpha ${alpha}, not ${expected.rank} and ${expected.alpha}; set engine.training.rank and alpha to them.`,
    )
  const path = join(folder, ADAPTER_WEIGHTS_FILE)
  const tensors = (await readSafetensorsHeader(path)).tensors.map((tensor) => ({
    ...tensor,
    name: tensor.name.startsWith(PREFIX) ? tensor.name.slice(PREFIX.length) : tensor.name,
  }))
  const found = new Set(tensors.map(({ name }) => name))
  const [missing] = names.filter((name) => !found.has(name))
  const [unknown] = [...found].filter((name) => !names.includes(name))
  if (missing !== undefined || unknown !== undefined) {
    const layers = [...new Set([...found].flatMap((name) => /\.(\w+_proj)\.lora_/.exec(name)?.[1] ?? []))]
    throw refused(
      `${path} ${unknown === undefined ? `lacks ${missing}` : `holds ${unknown}`}, and the model has additions to ${expected.targets.join(', ')}; set engine.training.targets to what it is of (${layers.join(', ')}).`,
    )
  }
  return { path, tensors }
}

const refused = (words: string) => new EngineError('bad-checkpoint', words)
