/**
 * Debug-information types in, the plan's type table out: exact sizes, offsets and encodings as the compiler laid
 * them out. Qualifiers and typedefs vanish, except const behind a pointer.
 */
import type { Member, PlanType } from './call-plan.ts'
import { type Metadata, type MetadataNode, quoted, reference } from './debug-metadata.ts'

/** Grows a type table from debug information; the same node always gets the same key. */
export interface TypeReader {
  readonly types: readonly PlanType[]
  /** Key of the type at a metadata node; undefined stands for void. */
  typeOf(node: number | undefined): number
  /** Key of a type that the debug information does not mention. */
  add(type: PlanType): number
  /** Key of `struct <name>`, or of the structure behind the typedef of that name. */
  structNamed(name: string): number | undefined
}

const QUALIFIERS = new Set([
  'DW_TAG_const_type',
  'DW_TAG_volatile_type',
  'DW_TAG_restrict_type',
  'DW_TAG_atomic_type',
])

export function createTypeReader(metadata: Metadata, targetTriple: string): TypeReader {
  const types: PlanType[] = []
  const keys = new Map<number, number>()
  let voidKey: number | undefined

  const add = (type: PlanType): number => types.push(type) - 1

  function typeOf(id: number | undefined): number {
    if (id === undefined) {
      voidKey ??= add({ kind: 'opaque', size: 0, what: 'void' })
      return voidKey
    }
    const known = keys.get(id)
    if (known !== undefined) return known
    const node = metadata.node(id)
    const tag = node.fields.get('tag') ?? ''
    if (tag === 'DW_TAG_typedef' || QUALIFIERS.has(tag)) {
      const key = typeOf(structureWithTypedefName(node) ?? reference(node.fields.get('baseType')))
      keys.set(id, key)
      return key
    }
    // The key exists before the members are read: structures point to themselves.
    const key = add({ kind: 'opaque', size: 0, what: 'a type under construction' })
    keys.set(id, key)
    types[key] = read(node, tag)
    return key
  }

  /** An unnamed structure is known by its typedef, so that text shown to people can name it. */
  const typedefNames = new Map<number, string>()
  function structureWithTypedefName(node: MetadataNode): number | undefined {
    const base = reference(node.fields.get('baseType'))
    if (base === undefined || node.fields.get('tag') !== 'DW_TAG_typedef') return undefined
    if (!typedefNames.has(base)) typedefNames.set(base, quoted(node.fields.get('name')))
    return base
  }

  function read(node: MetadataNode, tag: string): PlanType {
    const size = Number(node.fields.get('size') ?? 0) / 8
    if (node.class === 'DIBasicType') return basicType(node, size, targetTriple)
    if (node.class === 'DISubroutineType') return { kind: 'opaque', size: 0, what: 'a function' }
    if (tag === 'DW_TAG_pointer_type') return pointerType(node, size)
    if (node.class !== 'DICompositeType')
      return { kind: 'opaque', size, what: `a type of kind ${tag || node.class}` }
    const flags = node.fields.get('flags') ?? ''
    const name = quoted(node.fields.get('name'))
    if (flags.includes('DIFlagFwdDecl'))
      return { kind: 'opaque', size: 0, what: `the incomplete type ${name}` }
    if (flags.includes('DIFlagVector')) return { kind: 'opaque', size, what: 'a vector' }
    // Made of pointers that only the C library understands: no input can be put together from the outside.
    if (name === '_IO_FILE') return { kind: 'opaque', size, what: 'FILE' }
    if (name === '__va_list_tag') return { kind: 'opaque', size, what: 'va_list' }
    const shownName = (keyword: string) =>
      name === '' ? (typedefNames.get(node.id) ?? '') : `${keyword} ${name}`
    switch (tag) {
      case 'DW_TAG_array_type':
        return arrayType(node)
      case 'DW_TAG_enumeration_type':
        return enumType(node, size, shownName('enum'))
      case 'DW_TAG_structure_type':
        return { kind: 'struct', size, name: shownName('struct'), members: members(node) }
      case 'DW_TAG_union_type': {
        const parts = members(node)
        const pointers = parts.some((part) => holdsPointer(types, part.type))
        return { kind: 'union', size, name: shownName('union'), first: parts[0]?.type ?? null, pointers }
      }
      default:
        return { kind: 'opaque', size, what: `a type of kind ${tag}` }
    }
  }

  function pointerType(node: MetadataNode, size: number): PlanType {
    const target = reference(node.fields.get('baseType'))
    const element = target === undefined ? undefined : variableRowElement(target)
    const constant = target !== undefined && isConst(target)
    return element === undefined
      ? { kind: 'pointer', size, to: typeOf(target), constant, flat: false }
      : { kind: 'pointer', size, to: typeOf(element), constant, flat: true }
  }

  /** The innermost element of a pointee whose dimensions are only known at run time. */
  function variableRowElement(id: number): number | undefined {
    const node = metadata.node(id)
    if (node.fields.get('tag') !== 'DW_TAG_array_type') return undefined
    return dimensions(node).some((count) => count < 0) ? reference(node.fields.get('baseType')) : undefined
  }

  function isConst(id: number): boolean {
    const node = metadata.node(id)
    const tag = node.fields.get('tag') ?? ''
    if (tag === 'DW_TAG_const_type') return true
    const base = reference(node.fields.get('baseType'))
    return (
      base !== undefined &&
      (tag === 'DW_TAG_typedef' || tag === 'DW_TAG_array_type' || QUALIFIERS.has(tag)) &&
      isConst(base)
    )
  }

  function dimensions(node: MetadataNode): number[] {
    return elements(node).map((range) => {
      const count = range.fields.get('count')
      return count !== undefined && /^-?\d+$/.test(count) ? Number(count) : -1
    })
  }

  function arrayType(node: MetadataNode): PlanType {
    const counts = dimensions(node).map((count) => Math.max(count, 0))
    let element = typeOf(reference(node.fields.get('baseType')))
    for (const count of counts.slice(1).reverse()) {
      element = add({ kind: 'array', size: count * types[element]!.size, element, count })
    }
    const count = counts[0] ?? 0
    return { kind: 'array', size: count * types[element]!.size, element, count }
  }

  function enumType(node: MetadataNode, size: number, name: string): PlanType {
    const base = reference(node.fields.get('baseType'))
    const signed =
      base !== undefined && (metadata.node(base).fields.get('encoding') ?? '') === 'DW_ATE_signed'
    const values = elements(node).map((value) => ({
      name: quoted(value.fields.get('name')),
      value: value.fields.get('value') ?? '0',
    }))
    return { kind: 'enum', size, signed, name, values }
  }

  function members(node: MetadataNode): Member[] {
    return elements(node)
      .filter((member) => member.fields.get('tag') === 'DW_TAG_member')
      .map((member) => ({
        name: quoted(member.fields.get('name')),
        type: typeOf(reference(member.fields.get('baseType'))),
        bitOffset: Number(member.fields.get('offset') ?? 0),
        bits: (member.fields.get('flags') ?? '').includes('DIFlagBitField')
          ? Number(member.fields.get('size'))
          : null,
      }))
  }

  function elements(node: MetadataNode): MetadataNode[] {
    const list = reference(node.fields.get('elements'))
    if (list === undefined) return []
    return metadata
      .node(list)
      .items.filter((item) => item !== null)
      .map((item) => metadata.node(item))
  }

  function structNamed(name: string): number | undefined {
    for (const node of metadata.ofClass('DICompositeType')) {
      if (node.fields.get('tag') === 'DW_TAG_structure_type' && quoted(node.fields.get('name')) === name)
        return typeOf(node.id)
    }
    for (const node of metadata.ofClass('DIDerivedType')) {
      if (node.fields.get('tag') === 'DW_TAG_typedef' && quoted(node.fields.get('name')) === name)
        return typeOf(node.id)
    }
    return undefined
  }

  return { types, typeOf, add, structNamed }
}

function basicType(node: MetadataNode, size: number, targetTriple: string): PlanType {
  const name = quoted(node.fields.get('name'))
  if (name.includes('_BitInt')) return { kind: 'opaque', size, what: name }
  switch (node.fields.get('encoding')) {
    case 'DW_ATE_signed':
      return { kind: 'integer', size, signed: true, character: false, name }
    case 'DW_ATE_unsigned':
    case 'DW_ATE_UTF':
      return { kind: 'integer', size, signed: false, character: false, name }
    case 'DW_ATE_signed_char':
      return { kind: 'integer', size, signed: true, character: true, name }
    case 'DW_ATE_unsigned_char':
      return { kind: 'integer', size, signed: false, character: true, name }
    case 'DW_ATE_boolean':
      return { kind: 'boolean', size }
    case 'DW_ATE_float':
      if (name === 'float') return { kind: 'float', size, format: 'f32' }
      if (name === 'double') return { kind: 'float', size, format: 'f64' }
      if (name === 'long double' && size === 8) return { kind: 'float', size, format: 'f64' }
      if (name === 'long double' && targetTriple.startsWith('x86_64'))
        return { kind: 'float', size, format: 'x87' }
      return { kind: 'opaque', size, what: name }
    default:
      return { kind: 'opaque', size, what: name || 'an unknown basic type' }
  }
}

/** True when a value of the type contains an address. */
export function holdsPointer(types: readonly PlanType[], key: number): boolean {
  const type = types[key]!
  switch (type.kind) {
    case 'pointer':
      return true
    case 'array':
      return holdsPointer(types, type.element)
    case 'struct':
      return type.members.some((member) => holdsPointer(types, member.type))
    case 'union':
      return type.pointers
    default:
      return false
  }
}
