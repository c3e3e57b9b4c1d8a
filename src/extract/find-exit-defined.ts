/**
 * main's definition in; out comes whether C defines the exit status of every normal end of it.
 * Where that is not evident from the text the answer is no.
 */

import type { SyntaxNode } from '../syntax/parse-c.ts'
import type { Declaration, Outline } from './build-outline.ts'
import { declaratorsOf } from './declarators.ts'
import { type CStandard, endOfMainReturnsZero } from './standard-flags.ts'

const ENDING_CALLS = new Set(['exit', '_exit', '_Exit', 'abort', 'quick_exit'])
const INT_SPECIFIERS = new Set(['int', 'signed', 'extern', 'const', 'volatile'])

/** False for `void main()`, and under gnu89 for a main that may end without `return value;`. */
export function isExitDefined(outline: Outline, main: Declaration, standard: CStandard): boolean {
  const { tree } = main
  const body = tree?.childForFieldName('body') ?? null
  if (tree === undefined || body === null || !returnsInt(outline, main, tree)) return false
  if (endOfMainReturnsZero(standard)) return true
  return !body.hasError && !hasBareReturn(body) && endsAlways(body)
}

function returnsInt(outline: Outline, main: Declaration, tree: SyntaxNode): boolean {
  const words = main.tokens.filter((token) => token.end <= main.specifiersEnd).map((token) => token.text)
  return (
    declaratorsOf(tree)[0]?.type === 'function_declarator' &&
    words.every((word) => INT_SPECIFIERS.has(word) && !outline.macros.has(word))
  )
}

function hasBareReturn(body: SyntaxNode): boolean {
  return contains(body, (node) => node.type === 'return_statement' && node.namedChildCount === 0)
}

/** Whether control cannot pass the statement. */
function endsAlways(statement: SyntaxNode): boolean {
  switch (statement.type) {
    case 'compound_statement': {
      const last = statement.namedChildren.findLast((child) => child.type !== 'comment')
      return last !== undefined && endsAlways(last)
    }
    case 'return_statement':
      return true
    case 'expression_statement': {
      const call = statement.namedChild(0)
      return (
        call?.type === 'call_expression' && ENDING_CALLS.has(call.childForFieldName('function')?.text ?? '')
      )
    }
    case 'if_statement': {
      const yes = statement.childForFieldName('consequence')
      const no = statement.childForFieldName('alternative')?.namedChildren.at(-1)
      return yes !== null && no !== undefined && endsAlways(yes) && endsAlways(no)
    }
    case 'while_statement':
      return isTrue(statement.childForFieldName('condition')) && !hasWayOut(statement)
    case 'for_statement':
      return statement.childForFieldName('condition') === null && !hasWayOut(statement)
    default:
      return false
  }
}

function isTrue(condition: SyntaxNode | null): boolean {
  return /^\(\s*1\s*\)$/.test(condition?.text ?? '')
}

function hasWayOut(loop: SyntaxNode): boolean {
  return contains(loop, (node) => node.type === 'break_statement' || node.type === 'goto_statement')
}

function contains(root: SyntaxNode, test: (node: SyntaxNode) => boolean): boolean {
  const pending = [root]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (test(node)) return true
    pending.push(...node.namedChildren)
  }
  return false
}
