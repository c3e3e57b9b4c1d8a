/** A unit's tree enters; what operators may ask about a node leaves: types, variables, places. */
import { hiddenRanges, hideRanges } from '../extract/hide-from-parser.ts'
import { lexC } from '../extract/lex-c.ts'
import type { SyntaxNode } from '../syntax/parse-c.ts'
import { ancestors, buildCodeTree, type CodeNode, walk, withParentheses } from './code-tree.ts'
import type { EvaluateConstant } from './evaluate-constant.ts'
import { type FunctionDefinition, findFunctions } from './find-functions.ts'
import { type InferType, makeInferType } from './infer-type.ts'
import { inputFunctions, libraryPrototypes } from './library-functions.ts'
import { type FunctionSignature, readDeclarations } from './read-declarations.ts'
import { type Preprocessor, readPreprocessor } from './read-preprocessor.ts'
import type { Variable } from './variable-table.ts'

export interface MutationContext {
  readonly code: string
  readonly root: CodeNode
  readonly functions: readonly FunctionDefinition[]
  readonly preprocessor: Preprocessor
  /** Name of the function that the unit is about; `main` for a program. */
  readonly rootName: string
  readonly typeOf: InferType
  readonly constantValue: EvaluateConstant
  readonly variables: readonly Variable[]
  variableAt(identifier: CodeNode): Variable | null
  findVariable(name: string, offset: number): Variable | null
  /** Offsets at which live or dead code uses the variable, ascending. */
  usesOf(variable: Variable): readonly number[]
  /** False only when the text before `offset` cannot have given the variable a value. */
  mayHoldValue(variable: Variable, offset: number): boolean
  functionAround(node: CodeNode): FunctionDefinition | null
  signatureOf(name: string): FunctionSignature | undefined
}

/** The last one: a unit's mutants are made, and soon after some of them are written into one text. */
let last: { readonly parse: (code: string) => SyntaxNode; readonly context: MutationContext } | undefined

export function makeMutationContext(
  code: string,
  rootName: string,
  parse: (code: string) => SyntaxNode,
): MutationContext {
  const isKnown = last?.parse === parse && last.context.code === code && last.context.rootName === rootName
  last = isKnown ? last! : { parse, context: readContext(code, rootName, parse) }
  return last.context
}

function readContext(code: string, rootName: string, parse: (code: string) => SyntaxNode): MutationContext {
  const root = buildCodeTree(parse(withoutMisread(code)), code)
  const preprocessor = readPreprocessor(root)
  const isInactive = (node: CodeNode) => preprocessor.inactive.has(node)
  const functions = findFunctions(root, isInactive)
  const declarations = readDeclarations(root, functions, isInactive)
  const library = libraryFunctions(parse)
  const typeOf = makeInferType(declarations, library, preprocessor)

  const nodes = [...walk(root)]
  // From the inside out, so that a long chain (a + b + c + ...) is not as deep a recursion.
  for (const node of nodes.toReversed()) {
    if (!node.type.endsWith('_expression')) continue
    typeOf(node)
    preprocessor.constantValue(node)
  }

  const uses = new Map<Variable, number[]>()
  const firstWrite = new Map<Variable, number>()
  for (const node of nodes) {
    if (node.type !== 'identifier') continue
    const variable = declarations.find(node.text, node.start)
    if (variable === null) continue
    const known = uses.get(variable)
    if (known === undefined) uses.set(variable, [node.start])
    else known.push(node.start)
    if (!firstWrite.has(variable) && mayWrite(node, preprocessor)) firstWrite.set(variable, node.start)
  }

  return {
    code,
    root,
    functions,
    preprocessor,
    rootName,
    typeOf,
    constantValue: preprocessor.constantValue,
    variables: declarations.variables,
    variableAt: (identifier) => declarations.find(identifier.text, identifier.start),
    findVariable: declarations.find,
    usesOf: (variable) => uses.get(variable) ?? [],
    mayHoldValue: (variable, offset) =>
      variable.storage !== 'local' ||
      variable.hasInitialiser ||
      (firstWrite.get(variable) ?? Number.POSITIVE_INFINITY) < offset,
    functionAround: (node) =>
      functions.find((definition) => definition.start <= node.start && node.end <= definition.end) ?? null,
    signatureOf: (name) =>
      preprocessor.macros.has(name) ? undefined : (declarations.functions.get(name) ?? library.get(name)),
  }
}

function withoutMisread(code: string): string {
  const tokens = lexC(code).filter(({ kind }) => kind !== 'comment' && kind !== 'directive')
  return hideRanges(code, hiddenRanges(tokens))
}

let library: ReadonlyMap<string, FunctionSignature> | undefined

/** Parsed once per thread: it is the same on both bindings. */
function libraryFunctions(parse: (code: string) => SyntaxNode): ReadonlyMap<string, FunctionSignature> {
  if (library === undefined) {
    const root = buildCodeTree(parse(libraryPrototypes), libraryPrototypes)
    library = readDeclarations(root, [], () => false).functions
  }
  return library
}

/** Whether the use of a variable at `identifier` may store into it (or into its elements or fields). */
function mayWrite(identifier: CodeNode, preprocessor: Preprocessor): boolean {
  let node = identifier
  for (const parent of ancestors(identifier)) {
    switch (parent.type) {
      case 'assignment_expression':
        return parent.field('left') === node
      case 'update_expression':
        return true
      case 'pointer_expression':
        if (parent.field('operator')?.type === '&') return true
        break
      case 'subscript_expression':
      case 'field_expression':
        if (parent.field('argument') !== node) return false
        break
      case 'parenthesized_expression':
        break
      case 'argument_list': {
        // An array passed on may be filled by the callee; a macro's argument may be assigned to.
        const callee = parent.parent?.field('function')?.text ?? ''
        return node === identifier || preprocessor.macros.has(callee)
      }
      default:
        return false
    }
    node = parent
  }
  return false
}

const decisionTypes = new Set([
  'if_statement',
  'while_statement',
  'do_statement',
  'for_statement',
  'conditional_expression',
])

/** The statement or `?:` whose whole condition `node` is, else null. */
export function decisionOf(node: CodeNode): CodeNode | null {
  const outer = withParentheses(node)
  const parent = outer.parent
  return parent !== null && decisionTypes.has(parent.type) && parent.field('condition') === outer
    ? parent
    : null
}

/** Whether only the truth of `node` counts: a decision or an operand of `&&`, `||`, `!`. */
export function isCondition(node: CodeNode): boolean {
  if (decisionOf(node) !== null) return true
  const parent = withParentheses(node).parent
  if (parent?.type !== 'binary_expression' && parent?.type !== 'unary_expression') return false
  return /^(&&|\|\||!)$/.test(parent.field('operator')?.type ?? '')
}

/** Whether `node` is in the update part of a `for`: an edit there mostly gives a loop without an end. */
export function isInLoopUpdate(node: CodeNode): boolean {
  let inner = node
  for (const parent of ancestors(node)) {
    if (parent.type === 'for_statement') return parent.field('update') === inner
    if (parent.type.endsWith('_statement')) return false
    inner = parent
  }
  return false
}

/** Whether `node` is in the condition of a loop. */
export function isInLoopCondition(node: CodeNode): boolean {
  let inner = node
  for (const parent of ancestors(node)) {
    if (parent.type.endsWith('_statement')) {
      return /^(for|while|do)_/.test(parent.type) && parent.field('condition') === inner
    }
    inner = parent
  }
  return false
}

export function hasSideEffects(node: CodeNode): boolean {
  return walk(node).some((inner) =>
    /^(call_expression|assignment_expression|update_expression|gnu_asm_expression)$/.test(inner.type),
  )
}

export function callsAny(node: CodeNode, names: ReadonlySet<string>): boolean {
  return walk(node).some(
    (inner) => inner.type === 'call_expression' && names.has(inner.field('function')?.text ?? ''),
  )
}

export function readsInput(node: CodeNode): boolean {
  return callsAny(node, inputFunctions)
}
