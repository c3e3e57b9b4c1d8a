/**
 * An easy translation task of our own: Python programs that read two numbers and print an expression of them, to be
 * said again in Bash. A seed in; tasks with tests, and the answer that is meant, out.
 */
import { createHash } from 'node:crypto'
import { createRandom, type Random } from '../src/base/random.ts'
import type { TranslationTask } from '../src/records/translation-task.ts'

export interface ExpressionTask {
  readonly task: TranslationTask
  /** As a model is meant to answer. */
  readonly answer: string
  /** The same with a sum for whatever comes last, as somebody would answer who likes sums too much. */
  readonly mistaken: string
}

/** `count` different programs, the same for the same seed. */
export function makeExpressionTasks(
  seed: string,
  count: number,
  split: TranslationTask['split'],
): ExpressionTask[] {
  const random = createRandom(seed)
  const made = new Map<string, ExpressionTask>()
  while (made.size < count) {
    const expression = drawExpression(random, random.int(1, 2))
    const tests = [0, 1, 2].map(() => ({ a: random.int(0, 30), b: random.int(1, 9) }))
    const one = toTask(expression, tests, split)
    made.set(one.task.id, one)
  }
  return [...made.values()]
}

type Expression =
  | { readonly kind: 'leaf'; readonly text: 'a' | 'b' | number }
  | {
      readonly kind: 'binary'
      readonly operator: Operator
      readonly left: Expression
      readonly right: Expression
    }
  | { readonly kind: 'max'; readonly left: Expression; readonly right: Expression }

/** How it is written in both languages, and what it gives. */
const OPERATORS = {
  plus: ['+', '+', (x: number, y: number) => x + y],
  minus: ['-', '-', (x: number, y: number) => x - y],
  times: ['*', '*', (x: number, y: number) => x * y],
} as const
type Operator = keyof typeof OPERATORS

function drawExpression(random: Random, depth: number): Expression {
  if (depth === 0) return { kind: 'leaf', text: random.pick(['a', 'b', random.int(2, 9)]) }
  const left = drawExpression(random, random.int(0, depth - 1))
  const right = drawExpression(random, depth - 1)
  if (random.chance(0.15)) return { kind: 'max', left, right }
  return { kind: 'binary', operator: random.pick(Object.keys(OPERATORS) as Operator[]), left, right }
}

function inPython(expression: Expression): string {
  if (expression.kind === 'leaf') return String(expression.text)
  const [left, right] = [inPython(expression.left), inPython(expression.right)]
  if (expression.kind === 'max') return `max(${left}, ${right})`
  return `(${left} ${OPERATORS[expression.operator][0]} ${right})`
}

function inBash(expression: Expression): string {
  if (expression.kind === 'leaf') return String(expression.text)
  const [left, right] = [inBash(expression.left), inBash(expression.right)]
  if (expression.kind === 'max') return `(${left} > ${right} ? ${left} : ${right})`
  return `(${left} ${OPERATORS[expression.operator][1]} ${right})`
}

function resultOf(expression: Expression, of: { readonly a: number; readonly b: number }): number {
  if (expression.kind === 'leaf')
    return typeof expression.text === 'number' ? expression.text : of[expression.text]
  const [left, right] = [resultOf(expression.left, of), resultOf(expression.right, of)]
  return expression.kind === 'max' ? Math.max(left, right) : OPERATORS[expression.operator][2](left, right)
}

function toTask(
  expression: Expression,
  inputs: readonly { readonly a: number; readonly b: number }[],
  split: TranslationTask['split'],
): ExpressionTask {
  const code = `a = int(input())\nb = int(input())\nprint(${inPython(expression)})\n`
  const task: TranslationTask = {
    id: createHash('sha256').update(`python to bash ${code}`).digest('hex').slice(0, 16),
    problem: inPython(expression),
    dataset: 'expressions',
    license: 'Apache-2.0',
    split,
    source: { language: 'python', code },
    target: 'bash',
    suite: {
      tests: inputs.map((input) => ({
        kind: 'stdin',
        input: `${input.a}\n${input.b}\n`,
        output: `${resultOf(expression, input)}\n`,
      })),
      comparison: { kind: 'lines' },
      limits: { testMs: 1000, memoryBytes: 2 ** 29, outputBytes: 2 ** 16 },
    },
  }
  const sum: Expression =
    expression.kind === 'leaf' ? expression : { ...expression, kind: 'binary', operator: 'plus' }
  return { task, answer: answerOf(expression), mistaken: answerOf(sum) }
}

function answerOf(expression: Expression): string {
  return `\`\`\`bash\nread a\nread b\necho $((${inBash(expression)}))\n\`\`\`\n`
}
