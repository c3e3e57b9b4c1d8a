/**
 * A unit's tree enters; the nodes that an operator may change leave, in text order.
 *
 * Live is what can run as far as syntax tells: functions reachable from the root by name (a name taken as an
 * address counts), no statement behind a jump without a label, no arm that a constant condition excludes, no
 * inactive preprocessor branch. Of the live code, types, sizes, strings, labels, inputs' addresses and the like
 * are closed to mutation.
 */
import { type CodeNode, walk, withoutParentheses } from './code-tree.ts'
import type { FunctionDefinition } from './find-functions.ts'
import { closedArguments, noReturnFunctions, sizedFunctions } from './library-functions.ts'
import type { Preprocessor } from './read-preprocessor.ts'

const jumps = new Set(['return_statement', 'break_statement', 'continue_statement', 'goto_statement'])
const loops = new Set(['for_statement', 'while_statement', 'do_statement'])
// biome-ignore format: a table
const closed = new Set([
  'string_literal', 'concatenated_string', 'sizeof_expression', 'alignof_expression', 'offsetof_expression',
  'type_descriptor', 'generic_expression', 'gnu_asm_expression', 'attribute_specifier', 'attribute_declaration',
  'struct_specifier', 'union_specifier', 'enum_specifier', 'type_definition', 'parameter_list',
  'array_declarator', 'function_declarator', 'field_designator', 'subscript_designator',
  'subscript_range_designator', 'preproc_def', 'preproc_function_def', 'preproc_include', 'preproc_call',
  'static_assert_declaration', 'macro_type_specifier', 'ERROR',
])

/** Nodes open to mutation. */
export function findLiveCode(
  root: CodeNode,
  functions: readonly FunctionDefinition[],
  preprocessor: Preprocessor,
  rootName: string,
): CodeNode[] {
  const liveChildren = makeLiveChildren(root, preprocessor)
  const globals = globalDeclarators(root, functions, preprocessor)
  const reachable = reachableNames(root, functions, globals, preprocessor, liveChildren, rootName)
  const arraySizes = namesInArraySizes(root)

  const open = (node: CodeNode): CodeNode[] =>
    isBroken(node)
      ? []
      : liveChildren(node).filter(
          (child) => !preprocessor.uncertain.has(child) && !isClosed(child, arraySizes),
        )
  const starts = [
    ...functions.filter((definition) => reachable.has(definition.name)).map((definition) => definition.body),
    ...globals
      .filter(({ name, declarator }) => reachable.has(name) && !isClosed(declarator, arraySizes))
      .map(({ declarator }) => declarator.field('value'))
      .filter((value) => value !== null && !isClosed(value, arraySizes))
      .map((value) => value!),
  ].sort((a, b) => a.start - b.start)
  return starts.flatMap((start) => [...walk(start, open)])
}

interface GlobalDeclarator {
  readonly name: string
  readonly declarator: CodeNode
}

function globalDeclarators(
  root: CodeNode,
  functions: readonly FunctionDefinition[],
  preprocessor: Preprocessor,
): GlobalDeclarator[] {
  const bodies = new Set(functions.map((definition) => definition.body))
  const found: GlobalDeclarator[] = []
  const outside = (node: CodeNode) =>
    bodies.has(node) ? [] : node.children.filter((child) => !preprocessor.inactive.has(child))
  for (const node of walk(root, outside)) {
    if (node.type !== 'init_declarator') continue
    const name = [...walk(node.field('declarator') ?? node)].find((inner) => inner.type === 'identifier')
    if (name !== undefined) found.push({ name: name.text, declarator: node })
  }
  return found
}

/** Names of functions, globals and macros that live code mentions, from `rootName` on. */
function reachableNames(
  root: CodeNode,
  functions: readonly FunctionDefinition[],
  globals: readonly GlobalDeclarator[],
  preprocessor: Preprocessor,
  liveChildren: (node: CodeNode) => CodeNode[],
  rootName: string,
): Set<string> {
  const mentions = new Map<string, CodeNode[]>()
  const define = (name: string, node: CodeNode) => mentions.set(name, [...(mentions.get(name) ?? []), node])
  for (const definition of functions) define(definition.name, definition.body)
  for (const { name, declarator } of globals) define(name, declarator)

  const reached = new Set<string>()
  const open = [rootName, ...namesInUnrecognisedCode(root, functions)]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reached.has(name)) continue
    reached.add(name)
    for (const node of mentions.get(name) ?? []) {
      for (const inner of walk(node, liveChildren)) if (inner.type === 'identifier') open.push(inner.text)
    }
    open.push(...(preprocessor.macros.get(name)?.body.match(/[A-Za-z_]\w*/g) ?? []))
  }
  return reached
}

/** A block at the top level that is no function's body: it may be one that the grammar did not see. */
function namesInUnrecognisedCode(root: CodeNode, functions: readonly FunctionDefinition[]): string[] {
  const bodies = new Set(functions.map((definition) => definition.body))
  return root.children
    .filter((node) => (node.type === 'compound_statement' && !bodies.has(node)) || node.type === 'ERROR')
    .flatMap((node) =>
      [...walk(node)].filter((inner) => inner.type === 'identifier').map((inner) => inner.text),
    )
}

/** A variable that sizes an array must keep its value: another one is a negative size or memory out of bounds. */
function namesInArraySizes(root: CodeNode): Set<string> {
  const names = new Set<string>()
  for (const node of walk(root)) {
    const size = node.type === 'array_declarator' ? node.field('size') : null
    if (size === null) continue
    for (const inner of walk(size)) if (inner.type === 'identifier') names.add(inner.text)
  }
  return names
}

function isBroken(node: CodeNode): boolean {
  return node.children.some(
    (child) => child.type === 'ERROR' || (child.missing && node.type !== 'expression_statement'),
  )
}

function isClosed(node: CodeNode, arraySizes: ReadonlySet<string>): boolean {
  if (closed.has(node.type) || isBroken(node)) return true
  const parent = node.parent
  if (node.type === 'init_declarator') {
    const declarator = node.field('declarator')
    return declarator?.type === 'identifier' && arraySizes.has(declarator.text)
  }
  if (parent?.type === 'init_declarator') return parent.field('value') !== node
  // Label constants change on their own or not at all; a computed one might meet another label's value.
  if (parent?.type === 'case_statement' && parent.field('value') === node) return !/_literal$/.test(node.type)
  if (node.type === 'argument_list' && parent !== null) {
    return closedArguments.has(parent.field('function')?.text ?? '')
  }
  if (parent?.type === 'argument_list' && sizedFunctions.has(parent.parent?.field('function')?.text ?? '')) {
    return parent.namedChildren.at(-1) === node
  }
  return false
}

function makeLiveChildren(root: CodeNode, preprocessor: Preprocessor): (node: CodeNode) => CodeNode[] {
  const known = new Map<CodeNode, boolean>()
  const truth = (node: CodeNode | null): boolean | undefined => {
    const value = node === null ? undefined : preprocessor.constantValue(node)
    return value === undefined ? undefined : value !== 0n
  }

  /** A `for` without a condition runs on. */
  const runsForever = (loop: CodeNode): boolean => {
    const condition = loop.field('condition')
    return (condition === null || truth(condition) === true) && breaksOf(loop).length === 0
  }

  const endsFlow = (node: CodeNode): boolean => {
    let ends = known.get(node)
    if (ends === undefined) {
      ends = computeEndsFlow(node)
      known.set(node, ends)
    }
    return ends
  }

  const computeEndsFlow = (node: CodeNode): boolean => {
    if (jumps.has(node.type)) return true
    switch (node.type) {
      case 'expression_statement':
        return callsNoReturn(node)
      case 'compound_statement':
        return liveStatements(node).endsFlow
      case 'labeled_statement':
        return endsFlow(node.namedChildren.at(-1)!)
      case 'if_statement': {
        const consequence = node.field('consequence')
        const alternative = node.field('alternative')?.namedChildren[0]
        if (consequence === null || alternative === undefined) return false
        return endsFlow(consequence) && endsFlow(alternative)
      }
      case 'for_statement':
      case 'while_statement':
      case 'do_statement':
        return runsForever(node)
      default:
        return false
    }
  }

  const liveStatements = (list: CodeNode): { statements: CodeNode[]; endsFlow: boolean } => {
    const statements: CodeNode[] = []
    let ended = false
    for (const child of list.children) {
      if (preprocessor.inactive.has(child)) continue
      if (ended && !hasLabel(child)) continue
      ended = endsFlow(child)
      statements.push(child)
    }
    return { statements, endsFlow: ended }
  }

  // From the inside out, so that nested blocks are not as deep a recursion.
  for (const node of [...walk(root)].reverse()) if (node.type.endsWith('_statement')) endsFlow(node)

  return (node) => {
    switch (node.type) {
      case 'compound_statement':
      case 'case_statement':
        return liveStatements(node).statements
      case 'if_statement':
      case 'conditional_expression': {
        const holds = truth(node.field('condition'))
        const dead = holds === undefined ? null : node.field(holds ? 'alternative' : 'consequence')
        return without(node, [dead])
      }
      case 'while_statement':
      case 'for_statement':
        return truth(node.field('condition')) === false
          ? without(node, [node.field('body'), node.field('update')])
          : without(node, [])
      case 'binary_expression': {
        const left = truth(node.field('left'))
        const operator = node.field('operator')?.type
        const decided = (operator === '&&' && left === false) || (operator === '||' && left === true)
        return without(node, decided ? [node.field('right')] : [])
      }
      default:
        return without(node, [])
    }
  }

  function without(node: CodeNode, dead: readonly (CodeNode | null)[]): CodeNode[] {
    return node.children.filter(
      (child) => !preprocessor.inactive.has(child) && !(dead.includes(child) && !hasLabel(child)),
    )
  }
}

function callsNoReturn(statement: CodeNode): boolean {
  const call = statement.namedChildren[0]
  return call?.type === 'call_expression' && noReturnFunctions.has(call.field('function')?.text ?? '')
}

/** A label, or a case of the switch around `node`: control can come in from elsewhere. */
function hasLabel(node: CodeNode): boolean {
  for (const inner of walk(node, (outer) => (outer.type === 'switch_statement' ? [] : outer.children))) {
    if (inner.type === 'labeled_statement' || inner.type === 'case_statement') return true
  }
  return [...walk(node)].some((inner) => inner.type === 'labeled_statement')
}

/** The `break` statements that leave `loop` itself. */
function breaksOf(loop: CodeNode): CodeNode[] {
  const inside = (node: CodeNode) =>
    node !== loop && (loops.has(node.type) || node.type === 'switch_statement') ? [] : node.children
  return [...walk(loop, inside)].filter((node) => node.type === 'break_statement')
}

/** The jumps that end `loop` whatever its condition says. */
export function exitsOf(loop: CodeNode): CodeNode[] {
  const leaves = (node: CodeNode) =>
    node.type === 'return_statement' ||
    node.type === 'goto_statement' ||
    (node.type === 'expression_statement' && callsNoReturn(node))
  return [...breaksOf(loop), ...[...walk(loop)].filter(leaves)]
}

export function isLoop(node: CodeNode): boolean {
  return loops.has(node.type)
}

/** The condition of an `if`, loop or `?:` as an expression, without the grammar's own parentheses. */
export function conditionOf(node: CodeNode): CodeNode | null {
  const condition = node.field('condition')
  return condition === null ? null : withoutParentheses(condition)
}
