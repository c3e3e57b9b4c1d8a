/**
 * What a `void *` parameter points to, judged by what the function's O0 code does with it: the type it is cast
 * to before the first access (`*(int *)a`, `const Rec *x = a`, `strcmp(a, b)`). Without this, no comparison
 * function for qsort could be called. A wrong guess costs nothing but inputs that the sanitizers throw away.
 */
import type { PlanType } from '../call-plan.ts'
import { type Metadata, reference } from './debug-metadata.ts'
import type { TypeReader } from './read-types.ts'

const CHAR: PlanType = { kind: 'integer', size: 1, signed: true, character: true, name: 'char' }

const SCALARS: Readonly<Record<string, PlanType>> = {
  i8: CHAR,
  i16: { kind: 'integer', size: 2, signed: true, character: false, name: 'short' },
  i32: { kind: 'integer', size: 4, signed: true, character: false, name: 'int' },
  i64: { kind: 'integer', size: 8, signed: true, character: false, name: 'long' },
  float: { kind: 'float', size: 4, format: 'f32' },
  double: { kind: 'float', size: 8, format: 'f64' },
}

const READS_CHARACTERS = /^(?:str\w+|mem\w+|puts|atoi|atol|llvm\.mem[\w.]+)$/

/**
 * @param body the function's definition as O0 IR text, `define` line to closing brace
 * @param variable metadata node of the parameter
 * @returns key of the pointee's type, or undefined when the code does not tell
 */
export function guessPointee(
  body: string,
  variable: number,
  metadata: Metadata,
  reader: TypeReader,
): number | undefined {
  const slot = new RegExp(`#dbg_declare\\(ptr (%[\\w.$-]+), !${variable},`).exec(body)?.[1]
  if (slot === undefined) return undefined
  const declaredTypes = new Map<string, number>()
  for (const match of body.matchAll(/#dbg_declare\(ptr (%[\w.$-]+), !(\d+),/g)) {
    const type = reference(metadata.node(Number(match[2])).fields.get('type'))
    if (type !== undefined) declaredTypes.set(match[1]!, type)
  }
  const copies = [...body.matchAll(/(%[\w.$-]+) = load ptr, ptr (%[\w.$-]+),/g)].filter(
    (match) => match[2] === slot,
  )
  for (const [, copy] of copies) {
    const pointee = useOf(copy!)
    if (pointee !== undefined) return pointee
  }
  return undefined

  function useOf(pointer: string): number | undefined {
    const name = pointer.replaceAll(/[.$]/g, '\\$&')
    const stored = new RegExp(`store ptr ${name}, ptr (%[\\w.$-]+),`).exec(body)?.[1]
    const target = stored === undefined ? undefined : declaredTypes.get(stored)
    if (target !== undefined) {
      const local = reader.types[reader.typeOf(target)]!
      if (local.kind === 'pointer' && reader.types[local.to]!.kind !== 'opaque') return local.to
    }
    const indexed = new RegExp(`getelementptr inbounds (%struct\\.([\\w.]+)|\\w+), ptr ${name},`).exec(body)
    if (indexed) return indexed[2] === undefined ? scalar(indexed[1]!) : reader.structNamed(indexed[2])
    const loaded = new RegExp(`= load (\\w+), ptr ${name},`).exec(body)?.[1]
    if (loaded === 'ptr')
      return reader.add({ kind: 'pointer', size: 8, to: reader.add(CHAR), constant: false, flat: false })
    if (loaded !== undefined) return scalar(loaded)
    const assigned = new RegExp(`store (\\w+) [^,]+, ptr ${name},`).exec(body)?.[1]
    if (assigned !== undefined) return scalar(assigned)
    const callee = new RegExp(`call [^@]*@([\\w.]+)\\([^)]*ptr (?:\\w+ |align \\d+ )*${name}[,)]`).exec(
      body,
    )?.[1]
    return callee !== undefined && READS_CHARACTERS.test(callee) ? reader.add(CHAR) : undefined
  }

  function scalar(irType: string): number | undefined {
    const type = SCALARS[irType]
    return type === undefined ? undefined : reader.add(type)
  }
}
