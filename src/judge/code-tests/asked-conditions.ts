/**
 * The assertions of a test in C++ with every comparison in them asked of the judge's own code, however many there are in
 * one condition and whatever brackets stand around them; and a test in C or C++ whose own functions have names that no
 * answer can give another meaning. Pure.
 */
import { blankTexts } from './blank-texts.ts'
import { endOfBracket, topLevel } from './check-equality.ts'

/**
 * `check` is called with the condition as it is written, as a literal, and as it is asked; `space` is the
 * namespace of code-test.h
 */
export function withAskedConditions(
  test: string,
  { check, space }: { check: string; space: string },
): string {
  const bare = blankTexts(test, 'cpp')
  return [...bare.matchAll(/(?<![\w.#])assert\s*\(/g)].reduceRight((text, found) => {
    const open = found.index + found[0].length - 1
    const close = endOfBracket(bare, open)
    const line = bare.slice(bare.lastIndexOf('\n', found.index) + 1, found.index)
    if (close < 0 || /^\s*#/.test(line)) return text
    const condition = test.slice(open + 1, close)
    const said = JSON.stringify(
      condition
        .replaceAll(`${space}_`, '')
        .replace(/\s+/g, ' ')
        .replace(/[^ -~]/g, '?'),
    )
    return `${text.slice(0, found.index)}${check}(${said}, ${asked(condition, space)})${text.slice(close + 1)}`
  }, test)
}

/**
 * Parts that are joined by `&&` or `||`, each asked on its own and made a flag, for which no answer declares operators;
 * what is denied is made a flag first.
 */
function asked(condition: string, space: string): string {
  const bare = blankTexts(condition, 'cpp')
  const inner = bare.trim()
  const start = bare.length - bare.trimStart().length
  if (inner.startsWith('(') && endOfBracket(inner, 0) === inner.length - 1)
    return `${condition.slice(0, start)}(${asked(condition.slice(start + 1, start + inner.length - 1), space)})${condition.slice(start + inner.length)}`
  for (const joint of [/\?/g, /\|\||\bor\b/g, /&&|\band\b/g]) {
    const [at] = topLevel(bare, joint)
    if (at === undefined) continue
    // A choice, and what has types in angle brackets that this would take apart, stays as it is written.
    if (joint.source === '\\?') return `bool(${space}::GepoBegin() <= ${condition})`
    const word = /^(?:\|\||&&|or|and)/.exec(bare.slice(at))![0]
    return `${asked(condition.slice(0, at), space)} ${word} ${asked(condition.slice(at + word.length), space)}`
  }
  const denied = /^(?:!(?!=)|not\b)\s*/.exec(inner)
  const isAlone = topLevel(bare, /[=!<>]=|[<>+*/%^|&]|(?<=[\w)\]]\s*)-/g).length === 0
  if (denied !== null && isAlone) {
    const from = start + denied[0].length
    return `${condition.slice(0, from)}(${asked(condition.slice(from), space)})`
  }
  const equations = topLevel(bare, /(?<![<>=!])[=!]=(?!=)/g)
  const orders = topLevel(bare, /[<>]=?(?<!->)/g)
  const isMixed = topLevel(bare, /[&|^?]|(?<![<>=!])=(?!=)/g).length > 0
  // One of these cannot be an angle bracket of a type; beside an equation all of them may be.
  const [at] =
    equations.length === 1 ? equations : equations.length === 0 && orders.length === 1 ? orders : []
  if (isMixed || (at === undefined && equations.length + orders.length > 0))
    return `bool(${space}::GepoBegin() <= ${condition})`
  if (at === undefined) return `${space}::gepo_is_so(${condition})`
  const sign = /^[=!<>]=?/.exec(bare.slice(at))![0]
  return `${space}::${ASKED_BY[sign]}(${condition.slice(0, at)}, ${condition.slice(at + sign.length)})`
}

const ASKED_BY: Readonly<Record<string, string>> = {
  '==': 'gepo_is_equal',
  '!=': 'gepo_is_unequal',
  '<': 'gepo_is_below',
  '<=': 'gepo_is_at_most',
  '>': 'gepo_is_above',
  '>=': 'gepo_is_at_least',
}

/** A new name for each function that the test defines itself. */
export function withOwnNames(test: string, rename: (name: string) => string): string {
  const bare = blankTexts(test, 'cpp')
  const names = new Set<string>()
  for (const [, before, name] of atFileScope(bare).matchAll(
    /(?:^|[;}])([^;{}()]*[\s*&>])(\w+)\s*\([^;{}]*\)\s*(?:noexcept\s*)?(?=\{)/g,
  ))
    if (name !== 'main' && !/\boperator\b|^\s*(?:class|struct|namespace)\b/.test(before!)) names.add(name!)
  if (names.size === 0) return test
  return [...bare.matchAll(/(?<![\w.]|->|::\s*)[A-Za-z_]\w*/g)].reduceRight(
    (text, { 0: word, index }) =>
      names.has(word) ? text.slice(0, index) + rename(word) + text.slice(index + word.length) : text,
    test,
  )
}

/** The text without what stands in braces, and without lines of the preprocessor. */
function atFileScope(bare: string): string {
  let depth = 0
  let text = ''
  for (const char of bare.replace(/^[ \t]*#.*$/gm, '')) {
    if (char === '}' && --depth === 0) text += char
    else if (depth === 0) text += char
    if (char === '{') depth++
  }
  return text
}
