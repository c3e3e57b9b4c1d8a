/**
 * LLVM IR as clang prints it in, the text a model sees out: a complete module without what says nothing about
 * behaviour (comments, metadata, attribute groups, target lines, blank lines inside functions), as in the
 * paper's figure. llvm-as accepts the result, and everything executed or compared is built from this very text.
 */

/** Names in quotes and string constants: LLVM writes a quote inside them as \22, so this cannot end early. */
const QUOTED = /"[^"]*"/

const COMMENT = new RegExp(`(${QUOTED.source})|\\s*;.*$`, 'g')
const ATTACHMENT = new RegExp(
  `(${QUOTED.source})|,? ![\\w.]+ !\\d+|,? !\\d+(?= |$)|,? !DIExpression\\(\\)| #\\d+`,
  'g',
)
const DROPPED_LINE = /^(?:target |source_filename |attributes #|!|\^\d)/
/** Marks alias scopes of `restrict`: nothing but a metadata operand, and dead once the metadata is gone. */
const SCOPE_DECLARATION = /@llvm\.experimental\.noalias\.scope\.decl\(/

/**
 * Throws when metadata remains that an instruction needs (none of the levels of plain C produces it).
 * @example normalizeIr('; ModuleID = ...\ndefine i32 @f() #0 {\nentry:\n  ret i32 0, !dbg !5\n}\n')
 *          // 'define i32 @f() {\nentry:\n  ret i32 0\n}\n'
 */
export function normalizeIr(text: string): string {
  const kept: string[] = []
  let insideFunction = false
  for (const raw of text.split('\n')) {
    if (DROPPED_LINE.test(raw) || SCOPE_DECLARATION.test(raw)) continue
    const line = raw
      .replace(COMMENT, (_, quoted: string | undefined) => quoted ?? '')
      .replace(ATTACHMENT, (_, quoted: string | undefined) => quoted ?? '')
      .trimEnd()
    if (line === '' && (insideFunction || kept.length === 0 || kept.at(-1) === '')) continue
    if (line.startsWith('define ')) insideFunction = true
    if (line === '}') insideFunction = false
    if (hasMetadataOperand(line)) throw new Error(`metadata operand left in: ${line}`)
    kept.push(line)
  }
  while (kept.at(-1) === '') kept.pop()
  return `${kept.join('\n')}\n`
}

const hasMetadataOperand = (line: string) => /\bmetadata\b/.test(line.replaceAll(new RegExp(QUOTED, 'g'), ''))

/** The first line that `normalizeIr` would throw for. */
export const findMetadataOperand = (text: string): string | undefined =>
  text
    .split('\n')
    .find(
      (line) =>
        !DROPPED_LINE.test(line) &&
        !SCOPE_DECLARATION.test(line) &&
        hasMetadataOperand(line.replace(/;.*/, '')),
    )
    ?.trim()
