/**
 * A seed and a difficulty in, the text of one small C function out: 3 to 12 lines of arithmetic, comparisons, bounded
 * loops, arrays and strings, or 3 to 4 lines of arithmetic alone. The same seed gives the same text.
 *
 * Nothing in it is undefined whatever it is called with, as long as an array has the length that is said and a string
 * ends: `unsigned` wraps, operands of signed sums are cut down to a few bits first, and divisors and shifts are constants.
 */
import { createRandom, type Random } from '../../src/base/random.ts'

/** What a function is made of: `full` has all that there is; `plain` is for models that learn for minutes. */
export const DIFFICULTIES = {
  full: {
    unsigned: 0.6,
    names:
      'a b c d e f g h k m n p q r s t u v w x y z acc best bits count cur key last left low mask next out prev res right sum top total val',
    verbs: 'calc check combine count find fold get mix pack pick reduce scan score step update walk',
    numbered: 0.3,
    largest: 50,
    forms: [
      straightLine,
      straightLine,
      straightLine,
      choice,
      choice,
      choice,
      countedLoop,
      arrayLoop,
      arrayEdit,
      stringLoop,
    ],
  },
  plain: {
    unsigned: 1,
    names: 'a b c d k m n p x y',
    verbs: 'calc fold get mix pack score',
    numbered: 0,
    largest: 20,
    forms: [plainLine],
  },
} satisfies Record<string, Style>
export type Difficulty = keyof typeof DIFFICULTIES

interface Style {
  /** Share of functions of `unsigned`, whose arithmetic wraps; the others are of `int`. */
  readonly unsigned: number
  /** Of variables, and of functions. */
  readonly names: string
  readonly verbs: string
  /** Share of functions whose name ends in a digit. */
  readonly numbered: number
  /** Of the constants that stand for an operand. */
  readonly largest: number
  readonly forms: readonly ((draft: Draft) => Parts)[]
}

/** @example makeFunction('7') // 'unsigned pick(unsigned a, unsigned n) {\n    ...}\n' */
export function makeFunction(seed: string, difficulty: Difficulty = 'full'): string {
  const style: Style = DIFFICULTIES[difficulty]
  const random = createRandom(seed)
  const names = random.shuffle(style.names.split(' '))
  const draft: Draft = {
    random,
    style,
    type: random.chance(style.unsigned) ? 'unsigned' : 'int',
    fresh: () => names.pop()!,
    scalars: [],
  }
  const { head, lines } = random.pick(style.forms)(draft)
  return `${head} {\n${indent(lines).join('\n')}\n}\n`
}

/** A function in the making. */
interface Draft {
  readonly random: Random
  readonly style: Style
  /** Of all its scalars. */
  readonly type: 'unsigned' | 'int'
  /** A name that it does not have yet. */
  readonly fresh: () => string
  /** Variables and parameters of its type. */
  readonly scalars: readonly string[]
}

interface Parts {
  readonly head: string
  readonly lines: readonly string[]
}

const indent = (lines: readonly string[]) => lines.map((line) => `    ${line}`)
const withScalars = (draft: Draft, ...names: readonly string[]): Draft => ({
  ...draft,
  scalars: [...draft.scalars, ...names],
})
const nameOf = ({ random, style }: Draft) =>
  `${random.pick(style.verbs.split(' '))}${random.chance(style.numbered) ? random.int(2, 9) : ''}`
const constant = ({ random, style }: Draft) => String(random.int(1, style.largest))
const repeat = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)

/** With one parameter of its type or more. */
function scalarHead(draft: Draft, most = 3): { head: string; inside: Draft } {
  const parameters = repeat(draft.random.int(1, most), draft.fresh)
  const list = parameters.map((name) => `${draft.type} ${name}`).join(', ')
  return { head: `${draft.type} ${nameOf(draft)}(${list})`, inside: withScalars(draft, ...parameters) }
}

function straightLine(draft: Draft): Parts {
  const { head, inside } = scalarHead(draft)
  const { lines, after } = declarations(inside, draft.random.int(0, 2))
  const changes = repeat(draft.random.int(0, 2), () => change(after))
  return { head, lines: [...lines, ...changes, `return ${using(after, after.scalars.at(-1)!)};`] }
}

/** One to three operations. */
function plainLine(draft: Draft): Parts {
  const { head, inside } = scalarHead(draft, 2)
  const { lines, after } = declarations(inside, draft.random.int(0, 1), 1)
  return { head, lines: [...lines, `return ${using(after, after.scalars.at(-1)!)};`] }
}

function choice(draft: Draft): Parts {
  const { head, inside } = scalarHead(draft)
  const { lines, after } = declarations(inside, draft.random.int(0, 1))
  const condition = comparison(after)
  const ends: readonly string[] = draft.random.pick([
    () => [`if (${condition})`, `    return ${expression(after, 1)};`, `return ${expression(after, 1)};`],
    () => [`return ${condition} ? ${expression(after, 1)} : ${expression(after, 1)};`],
    () => [`if (${condition})`, `    ${change(after)}`, `return ${expression(after, 1)};`],
    () => [
      `if (${condition})`,
      `    ${change(after)}`,
      'else',
      `    ${change(after)}`,
      `return ${expression(after, 1)};`,
    ],
  ])()
  return { head, lines: [...lines, ...ends] }
}

function countedLoop(draft: Draft): Parts {
  const { random, type } = draft
  const { head, inside } = scalarHead(draft)
  const result = draft.fresh()
  const index = random.pick(['i', 'j'])
  const start = random.chance(0.5) ? String(random.int(0, 9)) : random.pick(inside.scalars)
  // A constant number of trips would be unrolled into hundreds of lines.
  const trips = `(${random.pick(inside.scalars)} & ${random.pick([3, 7, 15])})`
  const within = withScalars(inside, result, index)
  return {
    head,
    lines: [
      `${type} ${result} = ${start};`,
      `for (${type} ${index} = 0; ${index} < ${trips}; ${index}++)`,
      ...indent(body(within, result)),
      `return ${random.chance(0.7) ? result : using(withScalars(inside, result), result)};`,
    ],
  }
}

/** What is done to a result in a loop. */
function body(draft: Draft, result: string): string[] {
  const { random } = draft
  const update = `${result} = ${grown(draft, result)};`
  return random.chance(0.5) ? [update] : [`if (${comparison(draft)})`, `    ${update}`]
}

/** Stays in its range however often it is taken. */
function grown({ random, type, scalars }: Draft, result: string): string {
  const other = random.pick(scalars.filter((name) => name !== result))
  if (type === 'int')
    return random.pick([
      `${result} ^ ${other}`,
      `(${result} & 255) + (${other} & 15)`,
      `${result} | ${other}`,
    ])
  return random.pick([
    `${result} + ${other}`,
    `${result} * ${random.int(2, 31)} + ${other}`,
    `${result} ^ ${other}`,
    `(${result} << 1) + ${random.int(1, 9)}`,
  ])
}

/** A parameter for an array of its type, and one for its length. */
function arrayHead(draft: Draft, result: string, isConst: boolean) {
  const array = draft.fresh()
  const length = draft.fresh()
  const head = `${result} ${nameOf(draft)}(${isConst ? 'const ' : ''}${draft.type} *${array}, int ${length})`
  return { head, element: `${array}[i]`, loop: `for (int i = 0; i < ${length}; i++)` }
}

function arrayLoop(draft: Draft): Parts {
  const { random, type } = draft
  const { head, element, loop } = arrayHead(draft, type, true)
  const result = draft.fresh()
  const over = withScalars(draft, element)
  const elementText = () => expression({ ...over, scalars: [element] }, 1)
  const condition = comparison({ ...over, scalars: [element] })
  const folded = type === 'unsigned' ? random.pick(['+', '^', '|']) : random.pick(['^', '|', '&'])
  const ends: readonly string[] = random.pick([
    () => [`if (${condition})`, `    ${result}++;`],
    () => [`if (${condition})`, `    return ${result};`],
    () => [`if (${element} ${random.pick(['<', '>'])} ${result})`, `    ${result} = ${element};`],
    () => [`${result} ${folded}= ${elementText()};`],
    () => [`if (${condition})`, `    ${result} ${folded}= ${elementText()};`],
    () => [`${result} = ${grown({ ...over, scalars: [element] }, result)};`],
  ])()
  // A function that returns early counts what came before.
  const counted = ends.at(-1)!.includes('return') ? [`${result}++;`] : []
  const inside = [...ends, ...counted]
  return {
    head,
    lines: [
      `${type} ${result} = ${random.int(0, 9)};`,
      ...(counted.length > 0 ? [`${loop} {`, ...indent(inside), '}'] : [loop, ...indent(inside)]),
      `return ${random.chance(0.8) ? result : expression({ ...draft, scalars: [result] }, 1)};`,
    ],
  }
}

function arrayEdit(draft: Draft): Parts {
  const { random } = draft
  const { head, element, loop } = arrayHead(draft, 'void', false)
  const over = { ...draft, scalars: [element] }
  const assign = `${element} = ${expression(over, 1)};`
  const lines = random.chance(0.5) ? [assign] : [`if (${comparison(over)})`, `    ${assign}`]
  return { head, lines: [loop, ...indent(lines)] }
}

function stringLoop(draft: Draft): Parts {
  const { random } = draft
  const text = draft.fresh()
  const result = draft.fresh()
  const letter = () => `'${random.pick([...'abcehlmnorstxyz .,-_059'])}'`
  const condition = random.pick([
    () => `*${text} ${random.pick(['==', '!=', '<', '>'])} ${letter()}`,
    () => `*${text} == ${letter()} || *${text} == ${letter()}`,
    () =>
      `*${text} >= ${random.pick(["'a'", "'A'", "'0'"])} && *${text} <= ${random.pick(["'z'", "'f'", "'9'"])}`,
  ])()
  const update = random.pick([
    `${result}++;`,
    `${result} += ${random.int(2, 9)};`,
    `${result} ^= ${random.int(1, 31)};`,
    `${result} = ${result} * ${random.int(2, 33)} + *${text};`,
  ])
  const inside = random.chance(0.75) ? [`if (${condition})`, `    ${update}`] : [update]
  const walk = random.chance(0.5)
    ? [`for (; *${text}; ${text}++)`, ...indent(inside)]
    : [`while (*${text}) {`, ...indent([...inside, `${text}++;`]), '}']
  return {
    head: `unsigned ${nameOf(draft)}(const char *${text})`,
    lines: [`unsigned ${result} = ${random.int(0, 9)};`, ...walk, `return ${result};`],
  }
}

function declarations(draft: Draft, count: number, deepest = 2): { lines: string[]; after: Draft } {
  let after = draft
  const lines: string[] = []
  for (let made = 0; made < count; made++) {
    const name = draft.fresh()
    lines.push(`${draft.type} ${name} = ${expression(after, draft.random.int(1, deepest))};`)
    after = withScalars(after, name)
  }
  return { lines, after }
}

/** Of one variable. */
function change(draft: Draft): string {
  const { random, type, scalars } = draft
  const name = random.pick(scalars)
  const operators = type === 'unsigned' ? ['+', '-', '*', '^', '|', '&'] : ['^', '|', '&']
  const others = scalars.filter((other) => other !== name)
  const value = random.chance(0.3)
    ? expression(draft, 1)
    : others.length === 0
      ? constant(draft)
      : random.pick(others)
  return `${name} ${random.pick(operators)}= ${value};`
}

function comparison(draft: Draft): string {
  const { random, scalars } = draft
  const left = random.chance(0.7) ? random.pick(scalars) : `(${expression(draft, 1)})`
  const right = random.pick(scalars)
  // Nobody compares a variable with itself.
  const other = random.chance(0.5) || right === left ? String(random.int(0, 99)) : right
  return `${left} ${random.pick(['<', '>', '<=', '>=', '==', '!='])} ${other}`
}

/** Of a variable that is not to have been computed for nothing. */
function using(draft: Draft, name: string): string {
  const right = rightOperand(draft, name, draft.random.int(0, 1))
  return draft.type === 'unsigned'
    ? unsignedOf(draft.random, name, right)
    : signedOf(draft.random, name, right)
}

function expression(draft: Draft, depth: number): string {
  const { random, scalars } = draft
  if (depth === 0) return random.pick(scalars)
  const left = operand(draft, depth - 1)
  const right = rightOperand(draft, left, random.int(0, depth - 1))
  return draft.type === 'unsigned' ? unsignedOf(random, left, right) : signedOf(random, left, right)
}

/** In brackets unless it is a leaf. */
function operand(draft: Draft, depth: number): string {
  const text = expression(draft, depth)
  return depth === 0 ? text : `(${text})`
}

/** A constant at times, and never the same as on the left. */
function rightOperand(draft: Draft, left: string, depth: number): string {
  const right = draft.random.chance(0.3) ? left : operand(draft, depth)
  return right === left ? constant(draft) : right
}

function unsignedOf(random: Random, left: string, right: string): string {
  return random.pick([
    () => `${left} + ${right}`,
    () => `${left} + ${right}`,
    () => `${left} - ${right}`,
    () => `${left} * ${right}`,
    () => `${left} ^ ${right}`,
    () => `${left} & ${right}`,
    () => `${left} | ${right}`,
    () => `${left} << ${random.int(1, 7)}`,
    () => `${left} >> ${random.int(1, 7)}`,
    () => `${left} / ${random.int(2, 12)}`,
    () => `${left} % ${random.int(2, 12)}`,
    () => `~${left}`,
  ])()
}

function signedOf(random: Random, left: string, right: string): string {
  const bits = () => random.pick([7, 15, 31, 63, 127, 255])
  return random.pick([
    () => `(${left} & ${bits()}) + (${right} & ${bits()})`,
    () => `(${left} & ${bits()}) - (${right} & ${bits()})`,
    () => `(${left} & ${bits()}) * (${right} & ${bits()})`,
    () => `${left} ^ ${right}`,
    () => `${left} & ${right}`,
    () => `${left} | ${right}`,
    () => `${left} / ${random.int(2, 12)}`,
    () => `${left} % ${random.int(2, 12)}`,
    () => `~${left}`,
  ])()
}
