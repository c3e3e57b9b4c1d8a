/**
 * A unit's tree enters; what it declares leaves: variables with their scopes, functions, record fields,
 * enumerators. Headers are not read, so a type from one is `unknown` unless it is a standard name.
 */

import { type CType, decayed, intType, scalarType, typeOfSpecifier } from './c-type.ts'
import { ancestors, type CodeNode, walk } from './code-tree.ts'
import { declaratorsIn, declared, innermostFunctionDeclarator } from './declarator.ts'
import { type FunctionDefinition, functionDeclarator } from './find-functions.ts'
import { type Variable, VariableTable } from './variable-table.ts'

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
const scopeTypes = new Set(['compound_statement', 'for_statement'])

type Scope = Pick<Variable, 'scopeStart' | 'scopeEnd'>

export function readDeclarations(
  root: CodeNode,
  functions: readonly FunctionDefinition[],
  isInactive: (node: CodeNode) => boolean,
): Declarations {
  const reader = new DeclarationReader(root, functions)
  for (const node of walk(root, (inner) => inner.children.filter((child) => !isInactive(child))))
    reader.read(node)
  reader.addUndeclared(functions)
  const { variables, signatures, fields, enumerators } = reader
  return {
    variables: variables.all,
    functions: signatures,
    fields,
    enumerators,
    find: (name, offset) => variables.find(name, offset),
    typeOfDescriptor: (node) => reader.typeOf(node),
  }
}

class DeclarationReader {
  readonly variables = new VariableTable()
  readonly signatures = new Map<string, FunctionSignature>()
  readonly fields = new Map<string, ReadonlyMap<string, CType>>()
  readonly enumerators = new Set<string>()
  readonly #typedefs = new Map<string, CType>()
  readonly #root: CodeNode
  readonly #definitionOf: ReadonlyMap<CodeNode | null, FunctionDefinition>
  /** The definitions that declarations of parameters belong to: `int f(a) char a;`. */
  readonly #ownerOf: ReadonlyMap<CodeNode, FunctionDefinition>

  constructor(root: CodeNode, functions: readonly FunctionDefinition[]) {
    this.#root = root
    this.#definitionOf = new Map(functions.map((definition) => [definition.node, definition]))
    this.#ownerOf = new Map(
      functions.flatMap((definition) =>
        definition.parameterDeclarations.map((node) => [node, definition] as const),
      ),
    )
  }

  /** Takes in what a node itself declares; its children come afterwards. */
  read(node: CodeNode): void {
    if (recordTypes.has(node.type)) this.#readRecord(node)
    else if (node.type === 'enumerator') this.enumerators.add(node.field('name')?.text ?? '')
    else if (node.type === 'type_definition') this.#readTypedefs(node)
    else if (node.type === 'function_definition') this.#readFunction(node)
    else if (node.type === 'declaration') this.#readVariables(node)
  }

  /** Functions and parameters that no declaration speaks of are, and return, `int`. */
  addUndeclared(functions: readonly FunctionDefinition[]): void {
    for (const { node, name, parameterNames, body, start, end } of functions) {
      if (node === null && !this.signatures.has(name))
        this.signatures.set(name, { returns: intType, parameters: [] })
      for (const parameter of parameterNames) {
        if (this.variables.find(parameter, body.start)?.storage === 'parameter') continue
        this.variables.add({
          name: parameter,
          type: intType,
          storage: 'parameter',
          hasInitialiser: false,
          isConst: false,
          visibleFrom: body.start,
          scopeStart: start,
          scopeEnd: end,
        })
      }
    }
  }

  /** The type of a parameter's declaration or of a type name. */
  typeOf(node: CodeNode): CType {
    return declared(declaratorsIn(node)[0] ?? null, this.#baseType(node)).type
  }

  /** The base type of a declaration, without its declarators. */
  #baseType(node: CodeNode): CType {
    const specifier = node.field('type')
    if (specifier === null) return intType
    if (recordTypes.has(specifier.type)) return { base: recordName(specifier), kind: 'record', derived: [] }
    if (specifier.type === 'enum_specifier') return scalarType('unsigned int')
    if (!specifierTypes.has(specifier.type)) return { base: specifier.text, kind: 'unknown', derived: [] }
    return this.#typedefs.get(specifier.text) ?? typeOfSpecifier(specifier.text)
  }

  #readRecord(node: CodeNode): void {
    const body = node.field('body')
    if (body === null) return
    const known = new Map<string, CType>()
    for (const field of walk(body, (inner) => (recordTypes.has(inner.type) ? [] : inner.children))) {
      if (field.type !== 'field_declaration') continue
      for (const declarator of declaratorsIn(field)) {
        const { name, type } = declared(declarator, this.#baseType(field))
        if (name !== null) known.set(name, type)
      }
    }
    this.fields.set(recordName(node), known)
  }

  #readTypedefs(node: CodeNode): void {
    const base = this.#baseType(node)
    for (const declarator of declaratorsIn(node)) {
      const { name, type } = declared(declarator, base)
      if (name !== null) this.#typedefs.set(name, type)
    }
  }

  #readFunction(node: CodeNode): void {
    const definition = this.#definitionOf.get(node)
    const declarator = functionDeclarator(node)
    if (definition === undefined || declarator === null) return
    this.#declareFunction(node.field('declarator')!, withHiddenStars(node, this.#baseType(node), this.#root))
    const scope = { scopeStart: definition.start, scopeEnd: definition.end }
    for (const parameter of declarator.field('parameters')?.namedChildren ?? []) {
      if (parameter.type === 'parameter_declaration') this.#declareVariables(parameter, scope, 'parameter')
    }
  }

  #readVariables(node: CodeNode): void {
    const owner = this.#ownerOf.get(node)
    if (owner !== undefined) {
      this.#declareVariables(node, { scopeStart: owner.start, scopeEnd: owner.end }, 'parameter')
      return
    }
    const scope = ancestors(node).find((outer) => scopeTypes.has(outer.type))
    if (scope === undefined) {
      this.#declareVariables(node, { scopeStart: 0, scopeEnd: this.#root.end }, 'global')
      return
    }
    const isStatic = node.children.some((child) => /^(static|extern)$/.test(child.text))
    const range = { scopeStart: scope.start, scopeEnd: scope.end }
    this.#declareVariables(node, range, isStatic ? 'static' : 'local')
  }

  #declareVariables(node: CodeNode, scope: Scope, storage: Variable['storage']): void {
    const base = this.#baseType(node)
    for (const declarator of declaratorsIn(node)) {
      const { name, type } = declared(declarator, base)
      if (name === null) continue
      if (type.derived[0] === '()') {
        this.#declareFunction(declarator, base)
        continue
      }
      this.variables.add({
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

  #declareFunction(declarator: CodeNode, base: CType): void {
    const { name, type } = declared(declarator, base)
    if (name === null || type.derived[0] !== '()') return
    const inner = innermostFunctionDeclarator(declarator)
    const parameters = inner === null ? [] : this.#parameterTypes(inner)
    // A definition or prototype with types says more than `int f();`.
    if (parameters.length > 0 || !this.signatures.has(name))
      this.signatures.set(name, { returns: { ...type, derived: type.derived.slice(1) }, parameters })
  }

  #parameterTypes(declarator: CodeNode): CType[] {
    return (declarator.field('parameters')?.namedChildren ?? [])
      .filter((node) => node.type === 'parameter_declaration')
      .map((node) => this.typeOf(node))
      .filter((type) => !(type.kind === 'void' && type.derived.length === 0))
      .map(decayed)
  }
}

/** The stars of an old-style header are blank to the parser (extract/hide-from-parser.ts), and no part of a declarator. */
function withHiddenStars(definition: CodeNode, base: CType, root: CodeNode): CType {
  const type = definition.field('type')
  const declarator = definition.field('declarator')
  if (type === null || declarator === null) return base
  const between = root.text.slice(type.end - root.start, declarator.start - root.start)
  const stars = between.replaceAll(/\/\*.*?\*\/|\/\/.*/gs, '').match(/\*/g) ?? []
  return { ...base, derived: [...stars, ...base.derived] }
}

/** An unnamed record is told from others by its place. */
function recordName(specifier: CodeNode): string {
  const keyword = specifier.type === 'union_specifier' ? 'union' : 'struct'
  return `${keyword} ${specifier.field('name')?.text ?? `@${specifier.start}`}`
}
