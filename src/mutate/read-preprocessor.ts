/**
 * The preprocessor's lines of a unit enter; its macros and the parts that a conditional switches off leave.
 * Nothing is expanded and no header is read: a name that the unit never defines counts as undefined, unless it
 * is of the reserved kind (`_...`), whose branches are `uncertain`.
 */
import { type CodeNode, walk } from './code-tree.ts'
import { type EvaluateConstant, makeEvaluateConstant } from './evaluate-constant.ts'

interface Macro {
  readonly functionLike: boolean
  /** The replacement text, '' when there is none. */
  readonly body: string
  /** The number or character that it stands for, with its sign; undefined for anything else. */
  readonly literal: string | undefined
}

const LITERAL = /^\(?\s*([-+]?(?:[\d.][\w.]*|'[^']+'))\s*\)?$/
const DECIMAL = /^-?\d+$/

export interface Preprocessor {
  readonly macros: ReadonlyMap<string, Macro>
  /** Nodes that are not compiled. */
  readonly inactive: ReadonlySet<CodeNode>
  /** Nodes of which it cannot be told whether they are compiled. */
  readonly uncertain: ReadonlySet<CodeNode>
  /** An expression's value as far as literals and macros that stand for one (`#define N 100`) decide it. */
  readonly constantValue: EvaluateConstant
}

const neverDefinedHere = new Set(['__cplusplus', '_WIN32', '_WIN64', '_MSC_VER', '__APPLE__'])
const conditionals = new Set(['preproc_if', 'preproc_ifdef', 'preproc_elif', 'preproc_elifdef'])

export function readPreprocessor(root: CodeNode): Preprocessor {
  const macros = new Map<string, Macro>()
  // Macros in force at the point the walk has reached; `macros` keeps those undefined later as well.
  const current = new Map<string, Macro>()
  const inactive = new Set<CodeNode>()
  const uncertain = new Set<CodeNode>()

  const isDefined = (name: string): boolean | undefined => {
    if (current.has(name)) return true
    return name.startsWith('_') && !neverDefinedHere.has(name) ? undefined : false
  }
  const valueIn = (table: ReadonlyMap<string, Macro>) => (name: string) => {
    const literal = table.get(name)?.literal
    return literal !== undefined && DECIMAL.test(literal) ? BigInt(literal) : undefined
  }
  const valueInCondition = (name: string): bigint | undefined =>
    isDefined(name) === false ? 0n : valueIn(current)(name)

  const conditionHolds = (node: CodeNode): boolean | undefined => {
    if (node.type === 'preproc_if' || node.type === 'preproc_elif') {
      const condition = node.field('condition')
      const value =
        condition === null ? undefined : makeEvaluateConstant(valueInCondition, isDefined)(condition)
      return value === undefined ? undefined : value !== 0n
    }
    const defined = isDefined(node.field('name')?.text ?? '')
    const negated = /^#\s*(el)?ifn/.test(node.text)
    return defined === undefined ? undefined : defined !== negated
  }

  for (const node of walk(root, (inner) => inner.children.filter((child) => !inactive.has(child)))) {
    if (node.type === 'preproc_def' || node.type === 'preproc_function_def') {
      const functionLike = node.type === 'preproc_function_def'
      const body = node.field('value')?.text.trim() ?? ''
      const macro = { functionLike, body, literal: functionLike ? undefined : LITERAL.exec(body)?.[1] }
      const name = node.field('name')?.text ?? ''
      macros.set(name, macro)
      current.set(name, macro)
    } else if (node.type === 'preproc_call' && /^#\s*undef/.test(node.text)) {
      current.delete(node.field('argument')?.text.trim() ?? '')
    } else if (conditionals.has(node.type)) {
      const holds = conditionHolds(node)
      const alternative = node.field('alternative')
      const fixed = [node.field('condition'), node.field('name'), alternative]
      for (const child of node.namedChildren) {
        if (fixed.includes(child)) continue
        if (holds === false) inactive.add(child)
        if (holds === undefined) uncertain.add(child)
      }
      if (alternative !== null && holds === true) inactive.add(alternative)
      if (alternative !== null && holds === undefined) uncertain.add(alternative)
    }
  }
  return { macros, inactive, uncertain, constantValue: makeEvaluateConstant(valueIn(macros)) }
}
