/**
 * Debug-information types in, the plan's type table out: exact sizes, offsets and encodings as the compiler laid
 * them out. Qualifiers and typedefs vanish, except const behind a pointer.
 */
import { holdsPointer, type Member, type PlanType } from '../call-plan.ts'
import type { Metadata, MetadataNode } from './debug-metadata.ts'
import {
  baseTypeOf,
  basicType,
  dimensions,
  elementNodes,
  findStructure,
  isAlias,
  isConst,
  nameOf,
  tagOf,
  variableRowElement,
} from './debug-types.ts'

/** Grows a type table from debug information; the same node always gets the same key. */
export class TypeReader {
  readonly #metadata: Metadata
  readonly #targetTriple: string
  readonly #types: PlanType[] = []
  readonly #keys = new Map<number, number>()
  /** An unnamed structure is known by its typedef, so that text shown to people can name it. */
  readonly #typedefNames = new Map<number, string>()
  #voidKey: number | undefined

  constructor(metadata: Metadata, targetTriple: string) {
    this.#metadata = metadata
    this.#targetTriple = targetTriple
  }

  get types(): readonly PlanType[] {
    return this.#types
  }

  /** Key of the type at a metadata node; undefined stands for void. */
  typeOf(id: number | undefined): number {
    if (id === undefined) {
      this.#voidKey ??= this.add({ kind: 'opaque', size: 0, what: 'void' })
      return this.#voidKey
    }
    const known = this.#keys.get(id)
    if (known !== undefined) return known
    const node = this.#metadata.node(id)
    if (isAlias(node)) {
      this.#noteTypedef(node)
      const key = this.typeOf(baseTypeOf(node))
      this.#keys.set(id, key)
      return key
    }
    // The key exists before the members are read: structures point to themselves.
    const key = this.add({ kind: 'opaque', size: 0, what: 'a type under construction' })
    this.#keys.set(id, key)
    this.#types[key] = this.#read(node)
    return key
  }

  /** Key of a type that the debug information does not mention. */
  add(type: PlanType): number {
    return this.#types.push(type) - 1
  }

  /** Key of `struct <name>`, or of the structure behind the typedef of that name. */
  structNamed(name: string): number | undefined {
    const node = findStructure(this.#metadata, name)
    return node && this.typeOf(node.id)
  }

  #noteTypedef(node: MetadataNode): void {
    const base = baseTypeOf(node)
    if (base === undefined || tagOf(node) !== 'DW_TAG_typedef') return
    if (!this.#typedefNames.has(base)) this.#typedefNames.set(base, nameOf(node))
  }

  #read(node: MetadataNode): PlanType {
    const tag = tagOf(node)
    const size = Number(node.fields.get('size') ?? 0) / 8
    if (node.class === 'DIBasicType') return basicType(node, size, this.#targetTriple)
    if (node.class === 'DISubroutineType') return { kind: 'opaque', size: 0, what: 'a function' }
    if (tag === 'DW_TAG_pointer_type') return this.#pointer(node, size)
    if (node.class !== 'DICompositeType')
      return { kind: 'opaque', size, what: `a type of kind ${tag || node.class}` }
    return this.#composite(node, size)
  }

  #composite(node: MetadataNode, size: number): PlanType {
    const flags = node.fields.get('flags') ?? ''
    const name = nameOf(node)
    if (flags.includes('DIFlagFwdDecl'))
      return { kind: 'opaque', size: 0, what: `the incomplete type ${name}` }
    if (flags.includes('DIFlagVector')) return { kind: 'opaque', size, what: 'a vector' }
    // Made of pointers that only the C library understands: no input can be put together from the outside.
    if (name === '_IO_FILE') return { kind: 'opaque', size, what: 'FILE' }
    if (name === '__va_list_tag') return { kind: 'opaque', size, what: 'va_list' }
    const shownName = (keyword: string) =>
      name === '' ? (this.#typedefNames.get(node.id) ?? '') : `${keyword} ${name}`
    switch (tagOf(node)) {
      case 'DW_TAG_array_type':
        return this.#array(node)
      case 'DW_TAG_enumeration_type':
        return this.#enum(node, size, shownName('enum'))
      case 'DW_TAG_structure_type':
        return { kind: 'struct', size, name: shownName('struct'), members: this.#members(node) }
      case 'DW_TAG_union_type': {
        const parts = this.#members(node)
        const pointers = parts.some((part) => holdsPointer(this.#types, part.type))
        return { kind: 'union', size, name: shownName('union'), first: parts[0]?.type ?? null, pointers }
      }
      default:
        return { kind: 'opaque', size, what: `a type of kind ${tagOf(node)}` }
    }
  }

  #pointer(node: MetadataNode, size: number): PlanType {
    const target = baseTypeOf(node)
    const element = target === undefined ? undefined : variableRowElement(this.#metadata, target)
    const constant = target !== undefined && isConst(this.#metadata, target)
    return element === undefined
      ? { kind: 'pointer', size, to: this.typeOf(target), constant, flat: false }
      : { kind: 'pointer', size, to: this.typeOf(element), constant, flat: true }
  }

  #array(node: MetadataNode): PlanType {
    const counts = dimensions(this.#metadata, node).map((count) => Math.max(count, 0))
    const arrayOf = (element: number, count: number): PlanType => ({
      kind: 'array',
      size: count * this.#types[element]!.size,
      element,
      count,
    })
    let element = this.typeOf(baseTypeOf(node))
    for (const count of counts.slice(1).reverse()) element = this.add(arrayOf(element, count))
    return arrayOf(element, counts[0] ?? 0)
  }

  #enum(node: MetadataNode, size: number, name: string): PlanType {
    const base = baseTypeOf(node)
    const signed = base !== undefined && this.#metadata.node(base).fields.get('encoding') === 'DW_ATE_signed'
    const values = elementNodes(this.#metadata, node).map((value) => ({
      name: nameOf(value),
      value: value.fields.get('value') ?? '0',
    }))
    return { kind: 'enum', size, signed, name, values }
  }

  #members(node: MetadataNode): Member[] {
    return elementNodes(this.#metadata, node)
      .filter((member) => tagOf(member) === 'DW_TAG_member')
      .map((member) => ({
        name: nameOf(member),
        type: this.typeOf(baseTypeOf(member)),
        bitOffset: Number(member.fields.get('offset') ?? 0),
        bits: (member.fields.get('flags') ?? '').includes('DIFlagBitField')
          ? Number(member.fields.get('size'))
          : null,
      }))
  }
}
