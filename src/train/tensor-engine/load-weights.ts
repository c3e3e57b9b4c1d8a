/** A checkpoint's tensors into an opened model: each of them once, and nothing else. */
import type { Addon } from './addon.ts'
import { readWeightFiles, type WeightFile } from './checkpoint-files.ts'
import type { StoredTensor } from './safetensors.ts'
import { EngineError } from './tensor-engine.ts'

/** A tensor of a model under its checkpoint's name; parts other than `value` are the optimiser's. */
export interface ListedTensor {
  readonly name: string
  readonly part: string
  readonly numberType: StoredTensor['type']
  readonly shape: readonly number[]
}

/** Names of LoRA's additions, which no checkpoint of the model has. */
export const ADDITION = /\.lora_[AB]\.weight$/

interface LoadOptions {
  readonly addon: Addon
  readonly handle: number
  readonly folder: string
  readonly isTied: boolean
  readonly signal: AbortSignal | undefined
}

/** @throws EngineError of the kind `bad-checkpoint` that names the tensor */
export async function loadWeights({ addon, handle, folder, isTied, signal }: LoadOptions): Promise<void> {
  const files = await readWeightFiles(folder)
  const listed = await listTensors(addon, handle, false)
  const wanted = new Set(listed.tensors.map(({ name }) => name).filter((name) => !ADDITION.test(name)))
  const chosen = files.map((file) => ({
    ...file,
    tensors: file.tensors.filter(({ name }) => wanted.has(name) || !isRedundant(name, isTied)),
  }))
  checkNames(chosen, wanted, folder)
  checkTypes(chosen)
  for (const { path, tensors } of chosen) {
    const named = tensors.map((tensor) => ({ ...tensor, part: 'value' }))
    await loadTensors(addon, handle, path, named, signal)
  }
}

export function listTensors(
  addon: Addon,
  handle: number,
  state: boolean,
): Promise<{ tensors: readonly ListedTensor[]; steps: number }> {
  return addon.call('listTensors', { model: handle, state })
}

/** Reads tensors of one file in their order. */
export function loadTensors(
  addon: Addon,
  handle: number,
  path: string,
  tensors: readonly (StoredTensor & { readonly part: string })[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const items = tensors.map(({ name, part, type, shape, begin }) => ({
    name,
    part,
    numberType: type,
    shape: Float64Array.from(shape),
    begin,
  }))
  return addon.call('load', { model: handle, path, tensors: items }, signal)
}

/** What some checkpoints hold although it follows from the rest. */
function isRedundant(name: string, isTied: boolean): boolean {
  return name.endsWith('.rotary_emb.inv_freq') || (isTied && name === 'lm_head.weight')
}

/** Whole numbers are for the engine's own states: as weights they are quantised ones, whose scale is not known here. */
function checkTypes(files: readonly WeightFile[]): void {
  for (const { path, tensors } of files) {
    const whole = tensors.find(({ type }) => type === 'int16')
    if (whole === undefined) continue
    throw new EngineError(
      'bad-checkpoint',
      `${path}: ${whole.name} is of type I16, which is not read: convert it to F32, F16 or BF16.`,
    )
  }
}

function checkNames(files: readonly WeightFile[], wanted: ReadonlySet<string>, folder: string): void {
  const found = new Set<string>()
  for (const { path, tensors } of files) {
    for (const { name } of tensors) {
      if (!wanted.has(name) || found.has(name)) {
        const why = found.has(name) ? 'a second time' : 'which its config.json has no place for'
        throw new EngineError(
          'bad-checkpoint',
          `${path} holds ${name}, ${why}: use the checkpoint's own files.`,
        )
      }
      found.add(name)
    }
  }
  const missing = [...wanted].filter((name) => !found.has(name))
  if (missing.length > 0) {
    throw new EngineError(
      'bad-checkpoint',
      `${folder} lacks ${missing.length} tensors, the first ${missing[0]}: fetch the checkpoint again.`,
    )
  }
}
