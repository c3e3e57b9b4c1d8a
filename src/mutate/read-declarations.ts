/**
 * A unit's tree enters; what it declares leaves: variables with their scopes, functions, record fields,
 * enumerators. Headers are not read, so a type from one is `unknown` unless it is a standard name.
 */

import { type CType, decayed, intType, scalarType, typeOfSpecifier } from './c-type.ts'
import { ancestors, type CodeNode, walk } from './code-tree.ts'
import { type FunctionDefinition, functionDeclarator } from './find-functions.ts'

export interface Variable {
  readonly name: string
  readonly type: CType
  readonly storage: 'parameter' | 'local' | 'static' | 'global'
  readonly hasInitialiser: boolean
  /** Declared with `const`: of a pointer or array, what it points to may not be written. */
  readonly isConst: boolean
  /** The variable is visible from here ... */
  readonly visibleFrom: number
  /** ... to here; the start of the scope tells inner from outer. */
  readonly scopeStart: number
  readonly scopeEnd: number
}

export interface FunctionSignature {
  readonly returns: CType
  readonly parameters: readonly CType[]
}

export interface Declarations {
  readonly variables: readonly Variable[]
  readonly functions: ReadonlyMap<string, FunctionSignature>
  /** Field types by canonical record type (`struct P`). */
  readonly fields: ReadonlyMap<string, ReadonlyMap<string, CType>>
  readonly enumerators: ReadonlySet<string>
  /** The variable that `name` means at `offset`. */
  find(name: string, offset: number): Variable | null
  /** The type that a cast's or compound literal's `type_descriptor` names. */
  typeOfDescriptor(node: CodeNode): CType
}

const specifierTypes = new Set(['primitive_type', 'sized_type_specifier', 'type_identifier'])
const recordTypes = new Set(['struct_specifier', 'union_specifier'])
// biome-ignore format: a table
const declaratorTypes = new Set([
  'identifier', 'field_identifier', 'type_identifier', 'pointer_declarator', 'array_declarator',
  'function_declarator', 'init_declarator', 'parenthesized_declarator', 'attributed_declarator',
  'abstract_pointer_declarator', 'abstract_array_declarator', 'abstract_function_declarator',
])
const scopeTypes = new Set(['compound_statement', 'for_statement'])

export function readDeclarations(
  root: CodeNode,
  functions: readonly FunctionDefinition[],
  isInactive: (node: CodeNode) => boolean,
): Declarations {
  const variables: Variable[] = []
  const byName = new Map<string, Variable[]>()
  const signatures = new Map<string, FunctionSignature>()
  const fields = new Map<string, Map<string, CType>>()
  const enumerators = new Set<string>()
  const typedefs = new Map<string, CType>()

  const add = (variable: Variable) => {
    variables.push(variable)
    const same = byName.get(variable.name)
    if (same === undefined) byName.set(variable.name, [variable])
    else same.push(variable)
  }

  /** The base type of a declaration, without its declarators. */
  const baseType = (node: CodeNode): CType => {
    const specifier = node.field('type')
    if (specifier === null) return intType
    if (recordTypes.has(specifier.type)) return { base: recordName(specifier), kind: 'record', derived: [] }
    if (specifier.type === 'enum_specifier') return scalarType('unsigned int')
    if (!specifierTypes.has(specifier.type)) return { base: specifier.text, kind: 'unknown', derived: [] }
    return typedefs.get(specifier.text) ?? typeOfSpecifier(specifier.text)
  }

  const parameterTypes = (declarator: CodeNode): CType[] =>
    (declarator.field('parameters')?.namedChildren ?? [])
      .filter((node) => node.type === 'parameter_declaration')
      .map((node) => declared(declaratorsOf(node)[0] ?? null, baseType(node)).type)
      .filter((type) => !(type.kind === 'void' && type.derived.length === 0))
      .map(decayed)

  const declareFunction = (declarator: CodeNode, base: CType) => {
    const { name, type } = declared(declarator, base)
    if (name === null || type.derived[0] !== '()') return
    const inner = innermostFunctionDeclarator(declarator)
    const parameters = inner === null ? [] : parameterTypes(inner)
    // A definition or prototype with types says more than `int f();`.
    if (parameters.length > 0 || !signatures.has(name)) {
      signatures.set(name, { returns: { ...type, derived: type.derived.slice(1) }, parameters })
    }
  }

  const declareVariables = (
    node: CodeNode,
    scope: Pick<Variable, 'scopeStart' | 'scopeEnd'>,
    storage: Variable['storage'],
  ) => {
    const base = baseType(node)
    for (const declarator of declaratorsOf(node)) {
      const { name, type } = declared(declarator, base)
      if (name === null) continue
      if (type.derived[0] === '()') {
        declareFunction(declarator, base)
        continue
      }
      add({
        name,
        type: storage === 'parameter' ? decayed(type) : type,
        storage,
        hasInitialiser: declarator.type === 'init_declarator',
        isConst: node.children.some((child) => child.text === 'const'),
        visibleFrom: declarator.end,
        ...scope,
      })
    }
  }

  const ownedDeclarations = new Map(
    functions.flatMap((definition) =>
      definition.parameterDeclarations.map((node) => [node, definition] as const),
    ),
  )
  const definitionOf = new Map(functions.map((definition) => [definition.node, definition]))

  for (const node of walk(root, (inner) => inner.children.filter((child) => !isInactive(child)))) {
    if (recordTypes.has(node.type)) {
      const body = node.field('body')
      if (body === null) continue
      const known = new Map<string, CType>()
      for (const field of walk(body, (inner) => (recordTypes.has(inner.type) ? [] : inner.children))) {
        if (field.type !== 'field_declaration') continue
        for (const declarator of declaratorsOf(field)) {
          const { name, type } = declared(declarator, baseType(field))
          if (name !== null) known.set(name, type)
        }
      }
      fields.set(recordName(node), known)
    } else if (node.type === 'enumerator') {
      enumerators.add(node.field('name')?.text ?? '')
    } else if (node.type === 'type_definition') {
      const base = baseType(node)
      for (const declarator of declaratorsOf(node)) {
        const { name, type } = declared(declarator, base)
        if (name !== null) typedefs.set(name, type)
      }
    } else if (node.type === 'function_definition') {
      const definition = definitionOf.get(node)
      const declarator = functionDeclarator(node)
      if (definition === undefined || declarator === null) continue
      declareFunction(node.field('declarator')!, baseType(node))
      const scope = { scopeStart: definition.start, scopeEnd: definition.end }
      for (const parameter of declarator.field('parameters')?.namedChildren ?? []) {
        if (parameter.type === 'parameter_declaration') declareVariables(parameter, scope, 'parameter')
      }
    } else if (node.type === 'declaration') {
      const owner = ownedDeclarations.get(node)
      if (owner !== undefined) {
        declareVariables(node, { scopeStart: owner.start, scopeEnd: owner.end }, 'parameter')
        continue
      }
      const scope = ancestors(node).find((outer) => scopeTypes.has(outer.type))
      const isStatic = node.children.some((child) => /^(static|extern)$/.test(child.text))
      declareVariables(
        node,
        scope === undefined
          ? { scopeStart: 0, scopeEnd: root.end }
          : { scopeStart: scope.start, scopeEnd: scope.end },
        scope === undefined ? 'global' : isStatic ? 'static' : 'local',
      )
    }
  }

  const find = (name: string, offset: number): Variable | null => {
    let best: Variable | null = null
    for (const variable of byName.get(name) ?? []) {
      if (offset < variable.visibleFrom || offset >= variable.scopeEnd) continue
      if (best === null || variable.scopeStart >= best.scopeStart) best = variable
    }
    return best
  }

  for (const definition of functions) {
    if (definition.node === null && !signatures.has(definition.name)) {
      signatures.set(definition.name, { returns: intType, parameters: [] })
    }
    for (const name of definition.parameterNames) {
      if (find(name, definition.body.start)?.storage === 'parameter') continue
      add({
        name,
        type: intType,
        storage: 'parameter',
        hasInitialiser: false,
        isConst: false,
        visibleFrom: definition.body.start,
        scopeStart: definition.start,
        scopeEnd: definition.end,
      })
    }
  }

  return {
    variables,
    functions: signatures,
    fields,
    enumerators,
    find,
    typeOfDescriptor: (node) => declared(declaratorsOf(node)[0] ?? null, baseType(node)).type,
  }
}

/** An unnamed record is told from others by its place. */
function recordName(specifier: CodeNode): string {
  const keyword = specifier.type === 'union_specifier' ? 'union' : 'struct'
  return `${keyword} ${specifier.field('name')?.text ?? `@${specifier.start}`}`
}

function declaratorsOf(node: CodeNode): CodeNode[] {
  const specifier = node.field('type')
  return node.children.filter((child) => child !== specifier && declaratorTypes.has(child.type))
}

/** Reads a declarator from the outside in: what is nearest to the name is what the variable is first of all. */
function declared(declarator: CodeNode | null, base: CType): { name: string | null; type: CType } {
  let derived: string[] = []
  let node = declarator
  while (node !== null) {
    if (/^(field_|type_)?identifier$/.test(node.type)) {
      return { name: node.text, type: { ...base, derived: [...derived, ...base.derived] } }
    }
    if (/pointer_declarator$/.test(node.type)) derived = ['*', ...derived]
    if (/array_declarator$/.test(node.type)) derived = [`[${node.field('size')?.text ?? ''}]`, ...derived]
    if (/function_declarator$/.test(node.type)) derived = ['()', ...derived]
    node = innerDeclarator(node)
  }
  return { name: null, type: { ...base, derived: [...derived, ...base.derived] } }
}

function innerDeclarator(node: CodeNode): CodeNode | null {
  return node.field('declarator') ?? node.children.find((child) => declaratorTypes.has(child.type)) ?? null
}

function innermostFunctionDeclarator(declarator: CodeNode): CodeNode | null {
  let found: CodeNode | null = null
  for (let node: CodeNode | null = declarator; node !== null; node = innerDeclarator(node)) {
    if (node.type === 'function_declarator') found = node
  }
  return found
}
