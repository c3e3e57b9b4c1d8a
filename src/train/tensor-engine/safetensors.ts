/**
 * The headers of safetensors files: 8 bytes of length, JSON that names tensors and their places, then the tensors.
 * Contents are left to the native engine, which maps the file.
 */
import type { FileHandle } from 'node:fs/promises'
import { z } from 'zod'
import { openRegularFile } from '../../base/regular-file.ts'
import { EngineError } from './tensor-engine.ts'

/** Of a stored tensor; `int16` holds the bits that bfloat16 weights lack. */
export type StoredType = 'float64' | 'float32' | 'bfloat16' | 'float16' | 'int16'

export interface StoredTensor {
  readonly name: string
  readonly type: StoredType
  readonly shape: readonly number[]
  /** Where it starts, in bytes from the file's start. */
  readonly begin: number
}

interface SafetensorsHeader {
  readonly tensors: readonly StoredTensor[]
  readonly metadata: Readonly<Record<string, string>>
}

const TYPES: readonly (readonly [StoredType, string, number])[] = [
  ['float64', 'F64', 8],
  ['float32', 'F32', 4],
  ['bfloat16', 'BF16', 2],
  ['float16', 'F16', 2],
  ['int16', 'I16', 2],
]
const LENGTH_BYTES = 8
/** A header of more is taken for damage; real ones have some 100 bytes a tensor. */
const MAX_HEADER_BYTES = 100e6

const Entry = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
})
const Header = z.object({ __metadata__: z.record(z.string(), z.string()).optional() }).catchall(Entry)

/** @throws EngineError of the kind `bad-checkpoint` */
export async function readSafetensorsHeader(path: string): Promise<SafetensorsHeader> {
  const { json, dataBegin, bytes } = await readJson(path)
  const parsed = Header.safeParse(json)
  if (!parsed.success) throw damaged(path, z.prettifyError(parsed.error))
  const { __metadata__: metadata = {}, ...entries } = parsed.data
  checkPlaces(path, entries, bytes - dataBegin)
  const tensors = Object.entries(entries).map(([name, entry]): StoredTensor => {
    const [type, , elementBytes] = TYPES.find(([, tag]) => tag === entry.dtype) ?? []
    if (type === undefined || elementBytes === undefined) {
      throw new EngineError(
        'bad-checkpoint',
        `${path}: ${name} is of type ${entry.dtype}, which is not read: convert it to F32, F16 or BF16.`,
      )
    }
    const [begin, end] = entry.data_offsets
    if (end - begin !== countOf(entry.shape) * elementBytes) throw damaged(path, `the size of ${name}`)
    return { name, type, shape: entry.shape, begin: dataBegin + begin }
  })
  return { tensors, metadata }
}

/** Tensors lie one behind another, each in bytes of its own, at a multiple of its elements' size. */
function checkPlaces(
  path: string,
  entries: Readonly<Record<string, z.output<typeof Entry>>>,
  bytes: number,
): void {
  let last = { name: '', end: 0 }
  const inOrder = Object.entries(entries).sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0])
  for (const [name, { dtype, data_offsets }] of inOrder) {
    const [begin, end] = data_offsets
    if (begin < last.end) throw damaged(path, `${name} lies over ${last.name}`)
    if (end < begin || end > bytes) throw damaged(path, 'it is shorter than its header says')
    const [, , elementBytes = 1] = TYPES.find(([, tag]) => tag === dtype) ?? []
    if (begin % elementBytes !== 0) throw damaged(path, `${name} begins within an element`)
    last = { name, end }
  }
}

/** What comes before the tensors, which are to follow one after another in this order. */
export function makeSafetensorsPrefix(
  tensors: readonly { readonly name: string; readonly type: StoredType; readonly shape: readonly number[] }[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  let end = 0
  const entries = tensors.map(({ name, type, shape }) => {
    const begin = end
    end += countOf(shape) * bytesOf(type)
    return [name, { dtype: tagOf(type), shape, data_offsets: [begin, end] }] as const
  })
  const json = Buffer.from(JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) }))
  // Blanks, so that tensors start at a multiple of 8.
  const length = Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES
  const prefix = Buffer.alloc(LENGTH_BYTES + length, ' ')
  prefix.writeBigUInt64LE(BigInt(length))
  json.copy(prefix, LENGTH_BYTES)
  return new Uint8Array(prefix)
}

/** The elements of a tensor of this shape. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((count, dimension) => count * dimension, 1)
}

export function bytesOf(type: StoredType): number {
  return TYPES.find(([name]) => name === type)![2]
}

function tagOf(type: StoredType): string {
  return TYPES.find(([name]) => name === type)![1]
}

async function readJson(path: string): Promise<{ json: unknown; dataBegin: number; bytes: number }> {
  let file: FileHandle | undefined
  try {
    file = await openRegularFile(path)
    const { size: bytes } = await file.stat()
    const start = await file.read(Buffer.alloc(LENGTH_BYTES), 0, LENGTH_BYTES, 0)
    const length = Number(start.buffer.readBigUInt64LE())
    if (length > Math.min(MAX_HEADER_BYTES, bytes)) throw new Error(`a header of ${length} bytes`)
    const text = await file.read(Buffer.alloc(length), 0, length, LENGTH_BYTES)
    return { json: JSON.parse(text.buffer.toString()), dataBegin: LENGTH_BYTES + length, bytes }
  } catch (error) {
    throw damaged(path, error instanceof Error ? error.message : String(error))
  } finally {
    await file?.close()
  }
}

function damaged(path: string, why: string): EngineError {
  return new EngineError(
    'bad-checkpoint',
    `${path} cannot be read as safetensors (${why.replaceAll(/\s*\n\s*/g, ' ')}): fetch or write it again.`,
  )
}
