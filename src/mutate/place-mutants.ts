/**
 * Mutants of a unit in; out comes for each where it can be written beside what it replaces, to be chosen from when the
 * text runs, so that nothing of the text is there twice. `a < b` in `if (a < b)` and its mutant `a <= b` lie together at
 * `a < b`; see combine-mutants.ts for what becomes of them.
 *
 * A place is given only where both have one type, take no way through the code that a compiler would make otherwise were
 * one of them alone, and where C takes any expression: nothing that has to be constant, an lvalue, or what a macro may
 * use twice. Rather one place too few: a mutant without one gets a copy of its function. Not guaranteed: that the text
 * compiles.
 */
import type { Mutant } from '../records/mutant.ts'
import { isArithmetic } from './c-type.ts'
import { ancestors, type CodeNode, walk, withParentheses } from './code-tree.ts'
import { conditionOf, isLoop } from './find-live-code.ts'
import { literalType } from './infer-type.ts'
import { decisionOf, isCondition, type MutationContext } from './mutation-context.ts'

export interface MutantPlace {
  /** Half-open range of offsets of the expression or statement that holds the edit. */
  readonly start: number
  readonly end: number
  /** An expression whose value counts; one of which only the truth does; a statement that the mutant leaves out. */
  readonly form: 'value' | 'truth' | 'statement'
}

/** By operator, the kind of node that holds the edit and has the same type with it and without; others need a copy. */
const KEEPS_TYPE: Readonly<
  Record<string, (holder: CodeNode, mutant: Mutant, context: MutationContext) => boolean>
> = {
  AOR: (holder, _, { typeOf }) =>
    holder.type === 'binary_expression' &&
    isArithmetic(typeOf(holder.field('left'))) &&
    isArithmetic(typeOf(holder.field('right'))),
  LCRB: isBinary,
  SOR: isBinary,
  ROR: (holder, { replacement }) => isBinary(holder) && !/^\W*[01]\W*$/.test(replacement),
  ASR: ({ type }) => type === 'assignment_expression',
  AORS: ({ type }) => type === 'update_expression',
  CRP: ({ type, text }, { replacement }) =>
    type === 'char_literal' || (type === 'number_literal' && hasTypeOfLiteral(replacement, text)),
  SVR: (holder, { replacement }, context) =>
    holder.type === 'identifier' &&
    isScalar(holder, context) &&
    context.findVariable(replacement, holder.start)?.isConst === false,
  VTWD: ({ type }) => type.endsWith('_expression') || type === 'identifier',
  UOI: (holder, { replacement }, context) =>
    isCondition(holder) || (!replacement.startsWith('!') && isArithmetic(context.typeOf(holder))),
  ArgStcAli: (holder, _, context) =>
    holder.type === 'call_expression' && (isScalar(holder, context) || isVoid(holder, context)),
}

const BRANCHING = /^(?:&&|\|\||\?|compound_statement|lambda_expression)$/
const HOLDING_STATEMENTS = /^(?:expression|compound|if|for|while|do|switch|labeled)_statement$|^else_clause$/
const LEAVES_BLOCK = /^(?:&&|\|\||\?|(?:if|for|while|do|switch|labeled|goto|return)_statement)$/
const STATEMENT = /_statement$|^else_clause$/
const PLAIN_SPECIFIERS = /^[\s\w*]*$/
const SPECIAL_SPECIFIERS =
  /\b(?:static|extern|const|constexpr|_?_?thread|_Thread_local|__auto_type|_?_?typeof\w*)\b/
const TYPE_MACRO = /^(?:\s*\b(?:unsigned|signed|long|short|int|char|float|double)\b)+\s*$/

/** What is known of a unit whose mutants are placed. */
interface Placing extends MutationContext {
  /** Whether control may not come back from there, which decides what other code looks like. */
  mayNotReturn(node: CodeNode): boolean
}

/**
 * For those that have a place; by their ids.
 *
 * @param neverReturns by which names something is called that may not (find-no-return.ts)
 */
export function placeMutants(
  context: MutationContext,
  mutants: readonly Mutant[],
  neverReturns: (name: string) => boolean,
): ReadonlyMap<string, MutantPlace> {
  const mayNotReturn = (node: CodeNode) =>
    walk(node).some(({ type, text }) => type === 'identifier' && neverReturns(text))
  const placing = { ...context, mayNotReturn }
  const places = new Map<string, MutantPlace>()
  for (const mutant of mutants) {
    const place = placeOf(mutant, placing)
    if (place !== undefined && !isUncounted(place, placing)) places.set(mutant.id, place)
  }
  return places
}

function placeOf(mutant: Mutant, context: Placing): MutantPlace | undefined {
  const inner = smallestAround(context.root, mutant)
  if (mutant.operator === 'SDL') {
    const node = outermostOfRange(inner)
    if (mutant.replacement !== ';' || !isWhole(node, mutant) || !mayBeLeftOut(node, context)) return undefined
    return { start: node.start, end: node.end, form: 'statement' }
  }
  const holder = isWhole(inner, mutant) ? inner : (holderOfToken(inner) ?? inner)
  const decision = isWhole(holder, mutant) && mutant.replacement === '0' ? decisionOf(holder) : null
  if (decision?.type === 'if_statement') {
    // One that never holds is compiled to nothing.
    if (decision.field('alternative') !== null || !mayBeLeftOut(decision, context)) return undefined
    return { start: decision.start, end: decision.end, form: 'statement' }
  }
  // What never holds in front of a loop is asked all the same.
  const skipsLoop = decision?.type === 'while_statement' || decision?.type === 'for_statement'
  const keepsType = skipsLoop || (KEEPS_TYPE[mutant.operator]?.(holder, mutant, context) ?? false)
  if (!keepsType || !isStraight(holder, context) || !takesAnyExpression(holder, context)) return undefined
  return { start: holder.start, end: holder.end, form: isCondition(holder) ? 'truth' : 'value' }
}

function smallestAround(root: CodeNode, { start, end }: Mutant): CodeNode {
  const holds = (node: CodeNode) => node.start <= start && node.end >= end
  let node = root
  for (let next = root.children.find(holds); next !== undefined; next = next.children.find(holds)) node = next
  return node
}

const isWhole = (node: CodeNode, { start, end }: Pick<Mutant, 'start' | 'end'>) =>
  node.start === start && node.end === end && node.named

/** An operator's token belongs to its expression, two arguments to their call. */
function holderOfToken(node: CodeNode): CodeNode | null {
  if (node.type === 'argument_list') return node.parent
  return node.named ? node : node.parent
}

function outermostOfRange(node: CodeNode): CodeNode {
  let outer = node
  while (outer.parent !== null && isWhole(outer.parent, outer)) outer = outer.parent
  return outer
}

/** `2.5f` becomes `(2.5f + 1)`, `(2.5f - 1)` or another literal, perhaps with a sign and in parentheses. */
function hasTypeOfLiteral(replacement: string, literal: string): boolean {
  const type = literalType(literal)
  const first = /[\d.](?:[eEpP][-+]|[\w.])*/.exec(replacement)?.[0] ?? ''
  return type !== null && type.base === literalType(first)?.base
}

function isBinary({ type }: CodeNode): boolean {
  return type === 'binary_expression'
}

function isScalar(node: CodeNode, { typeOf }: MutationContext): boolean {
  const type = typeOf(node)
  return type?.derived[0] === '*' || isArithmetic(type)
}

function isVoid(node: CodeNode, { typeOf }: MutationContext): boolean {
  const type = typeOf(node)
  return type?.kind === 'void' && type.derived.length === 0 && node.parent?.type === 'expression_statement'
}

/**
 * Whether the function never returns from its first block, with what lies at the place or without it. A compiler counts
 * nothing in such a function, and a text that asks there for a number would have to.
 */
function isUncounted({ start, end, form }: MutantPlace, context: Placing): boolean {
  const definition = context.functions.find((one) => one.start <= start && end <= one.end)
  const isLeftOut = (node: CodeNode) => form === 'statement' && isWhole(node, { start, end })
  return (
    definition === undefined ||
    endOfFirstBlock(definition.body, context, () => false) === 'never' ||
    endOfFirstBlock(definition.body, context, isLeftOut) === 'never'
  )
}

/** How control leaves the block that begins with the node: never, by a way that code says, or in what follows the node. */
function endOfFirstBlock(
  node: CodeNode,
  context: Placing,
  isLeftOut: (node: CodeNode) => boolean,
): 'never' | 'there' | 'behind' {
  if (isLeftOut(node)) return 'behind'
  if (LEAVES_BLOCK.test(node.type)) return 'there'
  if (node.type === 'identifier' && context.mayNotReturn(node)) return 'never'
  for (const child of node.children) {
    const end = endOfFirstBlock(child, context, isLeftOut)
    if (end !== 'behind') return end
  }
  return 'behind'
}

/** Evaluated without a branch, and to its end. */
function isStraight(node: CodeNode, { mayNotReturn }: Placing): boolean {
  return !mayNotReturn(node) && !walk(node).some(({ type }) => BRANCHING.test(type) || /asm/.test(type))
}

/** Whether any expression of the type may stand there, and is compiled to the same code around it. */
function takesAnyExpression(holder: CodeNode, context: MutationContext): boolean {
  let node = withParentheses(holder)
  if (isLvalue(node)) return false
  for (const parent of ancestors(node)) {
    if (parent.type === 'function_definition') return true
    if (!mayHold(parent, node, context)) return false
    const isDecision = isCondition(node) || parent.field('condition') === node
    if (isDecision && mayBeConstant(node, context)) return false
    node = parent
  }
  return false
}

function isLvalue(node: CodeNode): boolean {
  const parent = node.parent
  switch (parent?.type) {
    case 'assignment_expression':
      return parent.field('left') === node
    case 'update_expression':
      return true
    case 'pointer_expression':
      return parent.field('operator')?.type === '&'
    case 'field_expression':
      return parent.children.some(({ type }) => type === '.')
    default:
      return false
  }
}

function mayHold(parent: CodeNode, node: CodeNode, context: MutationContext): boolean {
  switch (parent.type) {
    case 'parenthesized_expression':
    case 'comma_expression':
    case 'unary_expression':
    case 'binary_expression':
    case 'assignment_expression':
    case 'update_expression':
    case 'pointer_expression':
    case 'subscript_expression':
    case 'field_expression':
    case 'argument_list':
    case 'return_statement':
      return isExpressionPlain(parent, context)
    case 'call_expression':
      return parent.field('function') !== node && isExpressionPlain(parent, context)
    case 'cast_expression':
      return parent.field('value') === node && isExpressionPlain(parent, context)
    // The arms of a plain one are both evaluated, without a branch.
    case 'conditional_expression':
      return parent.field('condition') === node && isExpressionPlain(parent, context)
    case 'init_declarator':
      return parent.field('value') === node && parent.field('declarator')?.type === 'identifier'
    case 'declaration':
      return hasPlainSpecifiers(parent, context) && isExpressionPlain(parent, context)
    case 'case_statement':
      return parent.field('value') !== node
    default:
      return (
        HOLDING_STATEMENTS.test(parent.type) &&
        (STATEMENT.test(node.type) || isExpressionPlain(node, context))
      )
  }
}

/** Without macros that are more than a number or a type, and without what clang itself has a say in. */
function isExpressionPlain(node: CodeNode, { preprocessor }: MutationContext): boolean {
  return walk(node).every(({ type, text }) => {
    if (type === 'identifier') {
      const macro = preprocessor.macros.get(text)
      return !text.startsWith('__builtin') && (macro === undefined || macro.literal !== undefined)
    }
    const macro = type === 'type_identifier' ? preprocessor.macros.get(text) : undefined
    return macro === undefined || (!macro.functionLike && TYPE_MACRO.test(macro.body))
  })
}

function hasPlainSpecifiers(declaration: CodeNode, { code }: MutationContext): boolean {
  const first = declaration.children.find(({ type }) => /declarator$|^identifier$/.test(type))
  if (first === undefined) return false
  const specifiers = code.slice(declaration.start, first.start)
  return PLAIN_SPECIFIERS.test(specifiers) && !SPECIAL_SPECIFIERS.test(specifiers)
}

/** A compiler makes no branch of a condition that it knows. */
function mayBeConstant(node: CodeNode, context: MutationContext): boolean {
  return !walk(node, ({ type, children }) => (type === 'sizeof_expression' ? [] : children)).some(
    (inner) =>
      inner.type === 'call_expression' ||
      (inner.type === 'identifier' && context.variableAt(inner)?.isConst === false),
  )
}

/** Whether nothing but what follows the statement comes behind it, whether it is there or not. */
function mayBeLeftOut(statement: CodeNode, context: Placing): boolean {
  if (!HOLDING_STATEMENTS.test(statement.type) || context.mayNotReturn(statement)) return false
  if (
    !isExpressionPlain(statement, context) ||
    !walk(statement).every((node) => staysInside(node, statement, context))
  )
    return false
  let node = statement
  for (const parent of ancestors(statement)) {
    if (parent.type === 'function_definition') return true
    if (!mayHold(parent, node, context)) return false
    node = parent
  }
  return false
}

function staysInside(node: CodeNode, statement: CodeNode, context: MutationContext): boolean {
  const isIn = (wanted: (outer: CodeNode) => boolean) =>
    ancestors(node).some(
      (outer) => wanted(outer) && outer.start >= statement.start && outer.end <= statement.end,
    )
  const isSwitch = ({ type }: CodeNode) => type === 'switch_statement'
  switch (node.type) {
    case 'return_statement':
    case 'goto_statement':
    case 'labeled_statement':
      return false
    case 'break_statement':
      return isIn((outer) => isLoop(outer) || isSwitch(outer))
    case 'continue_statement':
      return isIn(isLoop)
    case 'case_statement':
      return isIn(isSwitch)
    default:
      if (/asm/.test(node.type)) return false
      return !isLoop(node) || !(conditionOf(node) === null || mayBeConstant(conditionOf(node)!, context))
  }
}
