/**
 * SDL, statement deletion (Proteum SSDL and SBRC's deletion; muJava SDL; Mull: remove void calls): an expression
 * statement, a `switch`, the body of an `if` that has an `else`, the `else`, the body of a loop that
 * goes on without it, a `break`, `continue` or empty `return`.
 *
 * Left out: declarations; reading input; allocation and housekeeping; the first value of a local variable (all of
 * these only give undefined reads); `return` with a value; whole `if`s without `else` and whole loops,
 * which DCR makes false; what has no effect anyway.
 */
import { ancestors, type CodeNode, walk, withoutParentheses } from '../code-tree.ts'
import { conditionOf, isLoop } from '../find-live-code.ts'
import { allocationFunctions, housekeepingFunctions } from '../library-functions.ts'
import { callsAny, hasSideEffects, type MutationContext, readsInput } from '../mutation-context.ts'
import type { Edit, MutationOperator } from '../mutation-operator.ts'
import { isLastIn, leavesNoExit } from './bcr.ts'

type Rule = (node: CodeNode, context: MutationContext) => Iterable<Edit>

const rules: Readonly<Record<string, Rule>> = {
  expression_statement: deleteExpression,
  if_statement: deleteArms,
  for_statement: deleteLoopBody,
  while_statement: deleteLoopBody,
  do_statement: deleteLoopBody,
  switch_statement: deleteWhole,
  break_statement: deleteJump,
  continue_statement: deleteJump,
  return_statement: deleteReturn,
}

export const sdl: MutationOperator = {
  name: 'SDL',
  *mutate(node, context) {
    yield* rules[node.type]?.(node, context) ?? []
  },
}

function* deleteExpression(node: CodeNode, context: MutationContext): Iterable<Edit> {
  // Without its semicolon it is a macro that heads the statement after it.
  if (node.children.at(-1)?.missing || !hasSideEffects(node) || isProtected(node)) return
  if (node.parent !== null && isLoop(node.parent)) return
  if (setsFirstValue(node, context)) return
  yield empty(node)
}

function* deleteArms(node: CodeNode): Iterable<Edit> {
  const consequence = node.field('consequence')!
  const alternative = node.field('alternative')
  const condition = conditionOf(node)
  if (alternative === null && (condition === null || !hasSideEffects(condition))) return
  if (mayDelete(consequence)) yield empty(consequence)
  if (alternative !== null && mayDelete(alternative)) {
    yield { start: alternative.start, end: alternative.end, replacement: '' }
  }
}

function* deleteLoopBody(node: CodeNode): Iterable<Edit> {
  const body = node.field('body')!
  const condition = conditionOf(node)
  const goesOn = node.field('update') !== null || (condition !== null && hasSideEffects(condition))
  if (goesOn && mayDelete(body)) yield empty(body)
}

function* deleteWhole(node: CodeNode): Iterable<Edit> {
  if (mayDelete(node)) yield empty(node)
}

function* deleteJump(node: CodeNode, context: MutationContext): Iterable<Edit> {
  const target = ancestors(node).find(
    (outer) => isLoop(outer) || (outer.type === 'switch_statement' && node.type === 'break_statement'),
  )
  if (target === undefined) return
  if (target.type === 'switch_statement') {
    const arm = ancestors(node).find((outer) => outer.type === 'case_statement')
    const isLastArm = arm !== undefined && arm.parent?.namedChildren.at(-1) === arm
    if (isLastArm && isLastIn(node, arm)) return
  } else if (
    node.type === 'continue_statement' ? isLastIn(node, target) : leavesNoExit(node, target, context)
  ) {
    return
  }
  yield empty(node)
}

function* deleteReturn(node: CodeNode, context: MutationContext): Iterable<Edit> {
  if (node.namedChildren.length > 0) return
  const body = context.functionAround(node)?.body
  if (body !== undefined && body.namedChildren.at(-1) !== node) yield empty(node)
}

/** A label inside may be jumped to from elsewhere, and an empty body has nothing to delete. */
function mayDelete(node: CodeNode): boolean {
  if (isProtected(node) || node.text === ';' || node.text.replace(/\s/g, '') === '{}') return false
  return !walk(node).some((inner) => inner.type === 'labeled_statement' || returnsValue(inner))
}

/** A function that falls off its end instead of returning a value gives an undefined one. */
function returnsValue(node: CodeNode): boolean {
  return node.type === 'return_statement' && node.namedChildren.length > 0
}

function isProtected(node: CodeNode): boolean {
  return readsInput(node) || callsAny(node, allocationFunctions) || callsAny(node, housekeepingFunctions)
}

/** Whether the statement is a plain assignment to a local variable that has no value before it. */
function setsFirstValue(node: CodeNode, context: MutationContext): boolean {
  for (const assignment of walk(node)) {
    if (assignment.type !== 'assignment_expression' || assignment.field('operator')?.type !== '=') continue
    const target = baseOf(assignment.field('left')!)
    const variable = target === null ? null : context.variableAt(target)
    if (variable !== null && !context.mayHoldValue(variable, target!.start)) return true
  }
  return false
}

/** The variable whose own storage `left` names: `a` of `a[i].x`. */
function baseOf(left: CodeNode): CodeNode | null {
  let node: CodeNode | null = withoutParentheses(left)
  while (node?.type === 'subscript_expression' || node?.type === 'field_expression') {
    const argument: CodeNode | null = node.field('argument')
    node = argument === null ? null : withoutParentheses(argument)
  }
  return node?.type === 'identifier' ? node : null
}

function empty(node: CodeNode): Edit {
  return { start: node.start, end: node.end, replacement: ';' }
}
