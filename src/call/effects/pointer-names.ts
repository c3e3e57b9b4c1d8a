/**
 * The objects of a record in, names for the addresses that point into them out. New memory gets its name when a
 * pointer to it is first met, so the names depend on the order in which pointers are read.
 */
import type { CallInput } from '../../records/input.ts'
import { cString } from '../c-string.ts'
import { type CallPlan, isCharacter, typeAt } from '../call-plan.ts'
import { nameBlocks } from '../name-blocks.ts'
import { addressInElements, addressInGlobal } from './address-text.ts'
import type { CallRecord, MemoryObject } from './read-record.ts'

/** An allocation by the name and the type that it was met by. */
export interface MetObject {
  readonly name: string
  readonly type: number
}

export class PointerNames {
  /** For each block of the input the pointer expression that the function reaches it by. */
  readonly blocks: readonly string[]
  readonly #plan: CallPlan
  readonly #input: CallInput
  /** Live objects that have a name or may get one, by address. */
  readonly #located: readonly MemoryObject[]
  readonly #freed: readonly MemoryObject[]
  readonly #texts: ReadonlyMap<bigint, MemoryObject>
  readonly #met = new Map<MemoryObject, MetObject>()

  constructor(plan: CallPlan, input: CallInput, { objects }: CallRecord) {
    this.#plan = plan
    this.#input = input
    this.blocks = nameBlocks(plan, input)
    const named = objects.filter(({ kind }) => kind !== 'text' && kind !== 'result')
    this.#located = named.filter(({ freed }) => !freed).sort(byAddress)
    this.#freed = named.filter(({ freed }) => freed)
    this.#texts = new Map(objects.filter(({ kind }) => kind === 'text').map((text) => [text.address, text]))
  }

  /** Allocations in the order in which they were met; it grows while it is read, if that meets more of them. */
  get met(): ReadonlyMap<MemoryObject, MetObject> {
    return this.#met
  }

  /** @param pointee key of the type that the pointer says it points to */
  textOf(address: bigint, pointee: number): string {
    if (address === 0n) return 'NULL'
    const object = this.#objectAt(address)
    if (object !== undefined) return this.#textIn(object, Number(address - object.address), pointee)
    const text = this.#texts.get(address)
    if (text !== undefined)
      return isCharacter(typeAt(this.#plan, pointee)) ? cString(text.ranges[0]?.after ?? []) : 'static'
    return this.#freed.some((gone) => address >= gone.address && address < endOf(gone)) ? 'dangling' : 'other'
  }

  #textIn(object: MemoryObject, offset: number, pointee: number): string {
    if (object.kind === 'global') return addressInGlobal(this.#plan, object.index, offset, pointee)
    if (object.kind === 'block') {
      const { type, count } = this.#input.blocks[object.index]!
      const pointer = this.blocks[object.index]!
      return addressInElements(this.#plan, { pointer, type, count }, offset, pointee)
    }
    const { name, type } = this.#meet(object, pointee)
    const { size } = typeAt(this.#plan, type)
    const count = size === 0 ? 0 : Math.floor(object.size / size)
    return addressInElements(this.#plan, { pointer: name, type, count }, offset, pointee)
  }

  #meet(object: MemoryObject, pointee: number): MetObject {
    const known = this.#met.get(object)
    // Met first as `void *`, then by a pointer that knows better.
    if (known !== undefined && typeAt(this.#plan, known.type).kind !== 'opaque') return known
    const met = { name: known?.name ?? `new${this.#met.size}`, type: pointee }
    this.#met.set(object, met)
    return met
  }

  /** The object that an address lies in, or at whose end it lies when it lies in none. */
  #objectAt(address: bigint): MemoryObject | undefined {
    let low = 0
    let high = this.#located.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#located[middle]!.address <= address) low = middle + 1
      else high = middle
    }
    const object = this.#located[low - 1]
    return object !== undefined && address <= endOf(object) ? object : undefined
  }
}

const byAddress = (a: MemoryObject, b: MemoryObject) =>
  a.address < b.address ? -1 : a.address > b.address ? 1 : 0

const endOf = ({ address, size }: MemoryObject): bigint => address + BigInt(size)
