/** Debug-information nodes of types in, what they say by themselves out: no table of types is needed to tell. */
import type { PlanType } from '../call-plan.ts'
import { type Metadata, type MetadataNode, quoted, reference } from './debug-metadata.ts'

const QUALIFIERS = new Set([
  'DW_TAG_const_type',
  'DW_TAG_volatile_type',
  'DW_TAG_restrict_type',
  'DW_TAG_atomic_type',
])

export const tagOf = (node: MetadataNode): string => node.fields.get('tag') ?? ''
export const baseTypeOf = (node: MetadataNode): number | undefined => reference(node.fields.get('baseType'))
export const nameOf = (node: MetadataNode): string => quoted(node.fields.get('name'))

/** A typedef or a qualified type: the same type by another name. */
export const isAlias = (node: MetadataNode): boolean =>
  tagOf(node) === 'DW_TAG_typedef' || QUALIFIERS.has(tagOf(node))

export function isConst(metadata: Metadata, id: number): boolean {
  const node = metadata.node(id)
  if (tagOf(node) === 'DW_TAG_const_type') return true
  const base = baseTypeOf(node)
  return (
    base !== undefined && (isAlias(node) || tagOf(node) === 'DW_TAG_array_type') && isConst(metadata, base)
  )
}

/** Members of a structure, values of an enumeration, dimensions of an array. */
export function elementNodes(metadata: Metadata, node: MetadataNode): MetadataNode[] {
  const list = reference(node.fields.get('elements'))
  if (list === undefined) return []
  return metadata
    .node(list)
    .items.filter((item) => item !== null)
    .map((item) => metadata.node(item))
}

/** Of an array, outermost first; -1 where only the run knows. */
export const dimensions = (metadata: Metadata, node: MetadataNode): number[] =>
  elementNodes(metadata, node).map((range) => {
    const count = range.fields.get('count')
    return count !== undefined && /^-?\d+$/.test(count) ? Number(count) : -1
  })

/** The innermost element of a pointee whose dimensions are only known at run time. */
export function variableRowElement(metadata: Metadata, id: number): number | undefined {
  const node = metadata.node(id)
  if (tagOf(node) !== 'DW_TAG_array_type') return undefined
  return dimensions(metadata, node).some((count) => count < 0) ? baseTypeOf(node) : undefined
}

/** `struct <name>`, or the typedef of that name. */
export function findStructure(metadata: Metadata, name: string): MetadataNode | undefined {
  const find = (nodes: readonly MetadataNode[], tag: string) =>
    nodes.find((node) => tagOf(node) === tag && nameOf(node) === name)
  return (
    find(metadata.ofClass('DICompositeType'), 'DW_TAG_structure_type') ??
    find(metadata.ofClass('DIDerivedType'), 'DW_TAG_typedef')
  )
}

/** @param targetTriple decides what a long double is */
export function basicType(node: MetadataNode, size: number, targetTriple: string): PlanType {
  const name = nameOf(node)
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
