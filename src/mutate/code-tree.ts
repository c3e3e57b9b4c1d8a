/**
 * A tree-sitter tree enters, a plain copy of it leaves: no comments, parent links that cost nothing, and nodes
 * whose identity is the object itself on both bindings. Every analysis in this folder walks it several times;
 * the bindings' own nodes are made anew (or looked up from the root) on each access.
 */
import type { SyntaxNode } from '../syntax/parse-c.ts'

/** One node of the copied tree. Offsets are half-open UTF-16 ranges into the code. */
export class CodeNode {
  readonly type: string
  readonly named: boolean
  readonly missing: boolean
  readonly start: number
  readonly end: number
  /** 1-based. */
  readonly line: number
  readonly text: string
  readonly parent: CodeNode | null
  readonly children: readonly CodeNode[] = []
  readonly #syntax: SyntaxNode
  readonly #fields = new Map<string, CodeNode | null>()

  constructor(syntax: SyntaxNode, parent: CodeNode | null, code: string) {
    this.type = syntax.type
    this.named = syntax.isNamed
    this.missing = syntax.isMissing
    this.start = syntax.startIndex
    this.end = syntax.endIndex
    this.line = syntax.startPosition.row + 1
    this.text = code.slice(this.start, this.end)
    this.parent = parent
    this.#syntax = syntax
  }

  get namedChildren(): CodeNode[] {
    return this.children.filter((child) => child.named)
  }

  /** The child that the grammar calls `name`, or null. */
  field(name: string): CodeNode | null {
    let child = this.#fields.get(name)
    if (child === undefined) {
      child = this.#findField(name)
      this.#fields.set(name, child)
    }
    return child
  }

  #findField(name: string): CodeNode | null {
    const wanted = this.#syntax.childForFieldName(name)
    if (wanted === null) return null
    return (
      this.children.find(
        (child) =>
          child.start === wanted.startIndex && child.end === wanted.endIndex && child.type === wanted.type,
      ) ?? null
    )
  }
}

/** Copies the tree under `root`, which must have been parsed from `code`. */
export function buildCodeTree(root: SyntaxNode, code: string): CodeNode {
  const copy = new CodeNode(root, null, code)
  const open: { from: SyntaxNode; to: CodeNode }[] = [{ from: root, to: copy }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const child of next.from.children) {
      if (child.type === 'comment') continue
      const node = new CodeNode(child, next.to, code)
      ;(next.to.children as CodeNode[]).push(node)
      open.push({ from: child, to: node })
    }
  }
  return copy
}

/** `node` and all below it in text order, leaving out what `childrenOf` leaves out. */
export function* walk(
  node: CodeNode,
  childrenOf: (node: CodeNode) => readonly CodeNode[] = (inner) => inner.children,
): Generator<CodeNode> {
  const open = [node]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    yield next
    const children = childrenOf(next)
    for (let at = children.length - 1; at >= 0; at--) open.push(children[at]!)
  }
}

/** The parents of `node`, nearest first. */
export function* ancestors(node: CodeNode): Generator<CodeNode> {
  for (let next = node.parent; next !== null; next = next.parent) yield next
}

/** The node without the parentheses around it. */
export function withoutParentheses(node: CodeNode): CodeNode {
  let inner = node
  while (inner.type === 'parenthesized_expression') {
    const next = inner.namedChildren[0]
    if (next === undefined) return inner
    inner = next
  }
  return inner
}

/** The outermost pair of parentheses around `node`, or the node itself. */
export function withParentheses(node: CodeNode): CodeNode {
  let outer = node
  while (outer.parent?.type === 'parenthesized_expression') outer = outer.parent
  return outer
}
