/**
 * The syntax tree of one top-level item in; out come the file-scope names it declares and those it refers to.
 * Block scopes are followed, so that a local variable hides the global of the same name.
 *
 * Not guaranteed: inside what the parser could not read, everything counts as a reference.
 */
import type { SyntaxNode } from '../syntax/parse-c.ts'
import { declaratorPath, declaratorsOf, declaredName, declaresFunction } from './declarators.ts'
import type { MacroTable } from './macro-table.ts'

/** A name as a key: ordinary names as they are, tags with a prefix, since they live in a space of their own. */
export type NameKey = string

export interface Mention {
  readonly key: NameKey
  /** Offset in the parsed text. */
  readonly at: number
}

export interface Declared extends Mention {
  /** It is declared as a function, not as an object or a type. */
  readonly isFunction: boolean
}

export interface NamesInCode {
  readonly declares: readonly Declared[]
  readonly refers: readonly Mention[]
}

/** The key of `struct name`, `union name` and `enum name`. */
export function tagKey(name: string): NameKey {
  return `struct ${name}`
}

interface Scope {
  readonly outer: Scope | undefined
  readonly bound: Set<NameKey>
}

/** What a node left to visit needs to know about its surroundings. */
type Task =
  | { readonly kind: 'node'; readonly node: SyntaxNode; readonly scope: Scope }
  | {
      readonly kind: 'declarator'
      readonly node: SyntaxNode
      readonly scope: Scope
      readonly into: Declaring
    }

/** What a declarator does with its name and its parameters. */
interface Declaring {
  readonly nameId: number | undefined
  /** The scope that gets the name; undefined where the name stands for something of file scope. */
  readonly binds: Scope | undefined
  readonly isFunction: boolean
  /** The scope of a definition's body, to which its parameters belong. */
  readonly parameters: Scope | undefined
}

const WORD = /^[\p{L}_$]/u

/** For `int n = N;`: declares `n`, refers to `N` (and to `int`, which nobody declares). */
export function findNames(root: SyntaxNode, macros: MacroTable): NamesInCode {
  return new NameFinder(macros).find(root)
}

/** Walks with a stack of its own, since a generated expression can be deeper than the call stack. */
class NameFinder {
  readonly #declares: Declared[] = []
  readonly #refers: Mention[] = []
  readonly #file: Scope = newScope(undefined)
  readonly #macros: MacroTable
  #tasks: Task[] = []

  constructor(macros: MacroTable) {
    this.#macros = macros
  }

  find(root: SyntaxNode): NamesInCode {
    this.#tasks = [{ kind: 'node', node: root, scope: this.#file }]
    for (let task = this.#tasks.pop(); task !== undefined; task = this.#tasks.pop()) {
      if (task.kind === 'node') this.#visit(task.node, task.scope)
      else this.#visitDeclarator(task.node, task.scope, task.into)
    }
    return { declares: this.#declares, refers: this.#refers }
  }

  #visit(node: SyntaxNode, scope: Scope): void {
    if (node.type.startsWith('preproc_') || node.type === 'comment') return
    switch (node.type) {
      case 'function_definition':
        this.#visitDeclaration(node, scope, newScope(scope))
        return
      case 'declaration':
      case 'type_definition':
      case 'parameter_declaration':
        this.#visitDeclaration(node, scope, undefined)
        return
      case 'struct_specifier':
      case 'union_specifier':
      case 'enum_specifier':
        this.#visitSpecifier(node, scope)
        return
      case 'enumerator':
        this.#visitEnumerator(node, scope)
        return
      case 'compound_statement':
      case 'for_statement':
      case 'parameter_list':
        this.#pushNodes(node.children, newScope(scope))
        return
      case 'field_identifier':
      case 'statement_identifier':
        this.#referToExpansion(node, scope)
        return
    }
    if (node.childCount > 0) this.#pushNodes(node.children, scope)
    else if (WORD.test(node.text)) this.#referTo(node, scope)
  }

  #visitDeclaration(node: SyntaxNode, scope: Scope, body: Scope | undefined): void {
    const declarators = new Set(declaratorsOf(node).map((child) => child.id))
    const isExtern = node.children.some((child) => child.text === 'extern')
    const isLocal = node.type === 'declaration' && scope !== this.#file
    this.#push(
      node.children.map((child): Task => {
        if (!declarators.has(child.id)) {
          const isOfBody = child.type === 'declaration' || child.type === 'compound_statement'
          return { kind: 'node', node: child, scope: isOfBody && body !== undefined ? body : scope }
        }
        const isFunction = declaresFunction(child)
        const binds = isLocal && (isExtern || isFunction) ? undefined : scope
        const into = { nameId: declaredName(child)?.id, binds, isFunction, parameters: body }
        return { kind: 'declarator', node: child, scope, into }
      }),
    )
  }

  #visitDeclarator(node: SyntaxNode, scope: Scope, into: Declaring): void {
    if (node.id === into.nameId) {
      if (into.binds === undefined) this.#refers.push({ key: node.text, at: node.startIndex })
      else this.#bind(into.binds, node.text, node.startIndex, into.isFunction)
      this.#referToExpansion(node, scope)
      return
    }
    const next = declaratorPath(node)[1]
    for (const child of node.children.toReversed()) {
      if (child.id === next?.id) this.#tasks.push({ kind: 'declarator', node: child, scope, into })
      else if (child.type === 'parameter_list' && into.parameters !== undefined)
        this.#pushParameters(child, into.parameters)
      else this.#tasks.push({ kind: 'node', node: child, scope })
    }
  }

  /** In an old-style header the parentheses hold bare names, which a parser may take for types. */
  #pushParameters(list: SyntaxNode, body: Scope): void {
    const isBareName = (child: SyntaxNode) => child.type === 'identifier' || isLoneTypeName(child)
    for (const child of list.children) if (isBareName(child)) this.#bind(body, child.text, child.startIndex)
    const others = list.children.filter((child) => !isBareName(child))
    this.#pushNodes(others, body)
  }

  #visitSpecifier(node: SyntaxNode, scope: Scope): void {
    const name = node.childForFieldName('name')
    if (name !== null) {
      const key = tagKey(name.text)
      const isForward = node.previousSibling === null && node.nextSibling?.type === ';'
      if (isForward || node.childForFieldName('body') !== null) this.#bind(scope, key, name.startIndex)
      else this.#refer(key, name.startIndex, scope)
      this.#referToExpansion(name, scope)
    }
    const others = node.children.filter((child) => child.id !== name?.id)
    this.#pushNodes(others, scope)
  }

  #visitEnumerator(node: SyntaxNode, scope: Scope): void {
    const [name, ...value] = node.children
    if (name !== undefined) this.#bind(scope, name.text, name.startIndex)
    this.#pushNodes(value, scope)
  }

  #bind(scope: Scope, key: NameKey, at: number, isFunction = false): void {
    scope.bound.add(key)
    if (scope === this.#file) this.#declares.push({ key, at, isFunction })
  }

  #referTo(node: SyntaxNode, scope: Scope): void {
    this.#refer(node.text, node.startIndex, scope)
    this.#referToExpansion(node, scope)
  }

  /** A macro's body sees the scope of its use; whether it means a tag or an ordinary name is open. */
  #referToExpansion(node: SyntaxNode, scope: Scope): void {
    if (!this.#macros.has(node.text)) return
    for (const name of this.#macros.namesIn(node.text)) {
      this.#refer(name, node.startIndex, scope)
      this.#refer(tagKey(name), node.startIndex, scope)
    }
  }

  #refer(key: NameKey, at: number, scope: Scope): void {
    for (let inner = scope; inner.outer !== undefined; inner = inner.outer) if (inner.bound.has(key)) return
    this.#refers.push({ key, at })
  }

  #pushNodes(nodes: readonly SyntaxNode[], scope: Scope): void {
    this.#push(nodes.map((node) => ({ kind: 'node', node, scope })))
  }

  #push(tasks: readonly Task[]): void {
    for (const task of tasks.toReversed()) this.#tasks.push(task)
  }
}

function isLoneTypeName(parameter: SyntaxNode): boolean {
  return (
    parameter.type === 'parameter_declaration' &&
    parameter.childCount === 1 &&
    parameter.child(0)?.type === 'type_identifier'
  )
}

function newScope(outer: Scope | undefined): Scope {
  return { outer, bound: new Set() }
}
