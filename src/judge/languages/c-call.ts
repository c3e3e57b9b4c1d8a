/**
 * The file of C that has an answer and, behind it, what calls its function (native/judge-box/drivers/call-c.h). Pure but
 * for reading that and the parser. The function's own text declares its parameters once more, so that the compiler says
 * their types; what they are for is found when the arguments are there (call-c.c).
 */
import type { SyntaxNode } from '../../syntax/parse-c.ts'
import type { BoxFile } from '../box-frames.ts'
import { callDriver } from '../call-driver.ts'
import { blankTexts } from '../code-tests/blank-texts.ts'

/** The answer with its caller. */
export const CALL_ANSWER_IN_C = 'call-answer.c'

const HEADER = 'call-c.h'
/** Beside those of the header. */
const WORDS = ['void', 'const', 'int', 'static', '__typeof__']

/** @returns undefined where the answer defines no function of the name */
export function cCallFiles(
  parse: (code: string) => SyntaxNode,
  code: string,
  name: string,
): readonly BoxFile[] | undefined {
  const parameters = findHead(code, name)
  if (parameters === undefined) return undefined
  const names = namesIn(parse(`int ${name}${parameters}{}`).namedChild(0)!)
  const header = callDriver(HEADER)
  const words = [...new Set([...WORDS, ...wordsOf(`${header.content}`)])]
  const each = (write: (word: string) => string) => words.map(write)
  const call = `gepo_target(${names.map((parameter, place) => `GEPO_SLOT(${parameter}, ${place})`).join(', ')})`
  const lines = [
    `#line 1 "answer.c"\n${code}`,
    ...each((word) => `#pragma push_macro("${word}")\n#undef ${word}`),
    `#include "${HEADER}"`,
    `static __typeof__(${name}) *const gepo_target = ${name};`,
    'static void gepo_declare',
    ...each((word) => `#pragma pop_macro("${word}")`),
    parameters,
    ...each((word) => `#undef ${word}`),
    '{',
    `  const int gepo_types[] = {${[...names.map((each) => `GEPO_TYPE(${each})`), '0'].join(', ')}};`,
    `  void *gepo_slots[${names.length + 1}];`,
    `  gepo_read_arguments(gepo_types, ${names.length}, GEPO_RESULT_TYPE(${call}), gepo_slots);`,
    `  GEPO_CALL(${call})`,
    '}',
    `void gepo_call_answer(void) { gepo_declare(${names.map(() => '0').join(', ')}); }\n`,
  ]
  return [{ path: CALL_ANSWER_IN_C, content: lines.join('\n') }, header]
}

/** Characters of a definition before its body; what is longer is none that a person wrote. */
const MOST_HEAD = 10_000
/** Places where the name stands before a bracket. */
const MOST_PLACES = 1000

/**
 * Of the function's definition what stands between its name and its body, as it is written: in an old definition types
 * stand behind the bracket. Only this is parsed: an answer may be of any size and form.
 */
function findHead(code: string, name: string): string | undefined {
  const bare = blankTexts(code, 'cpp')
  let depth = 0
  let at = 0
  for (const { index } of bare.matchAll(new RegExp(`\\b${name}\\s*\\(`, 'g')).take(MOST_PLACES)) {
    for (; at < index; at++) depth += bare[at] === '{' ? 1 : bare[at] === '}' ? -1 : 0
    const line = bare.slice(bare.lastIndexOf('\n', index) + 1, index)
    if (depth !== 0 || /^\s*#/.test(line)) continue
    const from = index + name.length
    const end = endOfHead(bare.slice(from, from + MOST_HEAD))
    if (end !== undefined) return code.slice(from, from + end)
  }
  return undefined
}

/** Where the body begins; undefined where no body comes, as behind a declaration. */
function endOfHead(text: string): number | undefined {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    depth += text[at] === '(' ? 1 : text[at] === ')' ? -1 : 0
    if (depth > 0 || text[at] !== ')') continue
    const rest = /^\s*(?![;,\s])[^{}()=]*(?=\{)|^\s*(?=\{)/.exec(text.slice(at + 1))
    return rest === null ? undefined : at + 1 + rest[0].length
  }
  return undefined
}

/** What its parameters are called. */
function namesIn(definition: SyntaxNode): string[] {
  const list = functionDeclarator(definition)?.childForFieldName('parameters')
  return (list?.namedChildren ?? []).flatMap((each) => nameIn(each) ?? [])
}

/** Within the pointers of what it returns. */
function functionDeclarator(definition: SyntaxNode): SyntaxNode | undefined {
  let node = definition.childForFieldName('declarator')
  while (node !== null && node.type !== 'function_declarator') node = node.childForFieldName('declarator')
  return node ?? undefined
}

/** Of `char *const names[]` the word `names`; undefined where none is declared, as in `void`. */
function nameIn(parameter: SyntaxNode): string | undefined {
  let node: SyntaxNode | null = parameter
  while (node !== null && node.type !== 'identifier')
    node = node.childForFieldName('declarator') ?? inParentheses(node)
  return node?.text
}

const inParentheses = (node: SyntaxNode): SyntaxNode | null =>
  node.type === 'parenthesized_declarator' ? node.namedChild(0) : null

const wordsOf = (source: string) =>
  source.replace(/\/\/.*/g, '').match(/\b(?!GEPO_|gepo_)[A-Za-z_]\w*/g) ?? []
