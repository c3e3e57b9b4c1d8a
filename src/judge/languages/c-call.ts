/**
 * The file of C that has an answer and, behind it, what calls its function (native/judge-box/drivers/call-c.h). Pure but
 * for reading that and the parser. The function's own text declares its parameters once more, so that the compiler says
 * their types; what they are for is found when the arguments are there (call-c.c).
 */
import type { SyntaxNode } from '../../syntax/parse-c.ts'
import type { BoxFile } from '../box-frames.ts'
import { callDriver } from '../call-driver.ts'

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
  const found = findFunction(parse(code), name)
  if (found === undefined) return undefined
  const header = callDriver(HEADER)
  const words = [...new Set([...WORDS, ...wordsOf(`${header.content}`)])]
  const each = (write: (word: string) => string) => words.map(write)
  const { parameters, names } = found
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

interface Definition {
  /** As they are written, from bracket to body: in an old definition their types stand behind the bracket. */
  readonly parameters: string
  readonly names: readonly string[]
}

function findFunction(root: SyntaxNode, name: string): Definition | undefined {
  const waiting = [root]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.type !== 'function_definition') {
      if (node.type !== 'compound_statement') waiting.push(...node.namedChildren.toReversed())
      continue
    }
    const declarator = functionDeclarator(node)
    const list = declarator?.childForFieldName('parameters')
    const body = node.childForFieldName('body')
    if (list && body && declarator?.childForFieldName('declarator')?.text === name)
      return {
        parameters: node.text.slice(list.startIndex - node.startIndex, body.startIndex - node.startIndex),
        names: list.namedChildren.flatMap((each) => nameIn(each) ?? []),
      }
  }
  return undefined
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
