/**
 * What a model wrote in, the program that is judged out. A completion is cut at its earliest stop string, put behind its
 * prompt and closed. A chat answer's own program counts, never behind the prompt, which would define the function twice;
 * imports that either lacks are put before it.
 */
import { type AnswerReading, readFirstBlock } from '../judge/read-answer.ts'
import type { BenchmarkProblem, CompletionForm } from '../records/benchmark-problem.ts'
import type { Language } from '../records/language.ts'
import type { PromptForm } from './evaluation-config.ts'
import { withGoImports } from './go-imports.ts'

export function answerProgram(
  { target, completion, imports }: Pick<BenchmarkProblem, 'target' | 'completion' | 'imports'>,
  style: PromptForm,
  text: string,
): AnswerReading {
  if (style === 'raw') {
    const { prompt, stops, end } = completion!
    const code = `${prompt}${cutAtStop(text, stops)}${end}`
    return readingOf(target, withImports(target, code, imports, true))
  }
  const reading = readFirstBlock(withoutThoughts(text), target)
  if (reading.kind === 'format-error') return reading
  return readingOf(target, withImports(target, reading.program.code, imports, false))
}

const readingOf = (language: Language, code: string): AnswerReading => ({
  kind: 'program',
  program: { language, code },
})

/**
 * What a model is given to go on with: without the white space at its ends, as MultiPL-E's own scripts ask. The program is
 * put together with the prompt as it is.
 */
export const askedText = ({ prompt }: CompletionForm): string => prompt.trim()

/** @example cutAtStop('  return 1;\n}\nint main', ['\n}']) // '  return 1;' */
export function cutAtStop(text: string, stops: readonly string[]): string {
  const places = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0)
  return text.slice(0, Math.min(text.length, ...places))
}

/** What a model that thinks says before it answers. */
function withoutThoughts(text: string): string {
  const end = text.lastIndexOf('</think>')
  return end < 0 ? text : text.slice(end + '</think>'.length)
}

/** A line that brings in names, where that stands on a line of its own. */
const IMPORT_LINE: Readonly<Partial<Record<Language, RegExp>>> = {
  python: /^(?:import|from)\s+\w.*$/gm,
  c: /^[ \t]*#[ \t]*include.*$/gm,
  cpp: /^(?:[ \t]*#[ \t]*include.*|using namespace .*;)$/gm,
  java: /^import\s.*;[ \t]*$/gm,
  csharp: /^using\s[^()=]*;[ \t]*$/gm,
  scala: /^import\s.*$/gm,
  haskell: /^import\s.*$/gm,
  rust: /^use\s.*;[ \t]*$/gm,
}

/** Behind what imports must stand: a package's name, and what Python wants first. */
const HEADER: Readonly<Partial<Record<Language, RegExp>>> = {
  python: /^from __future__ import .*$/gm,
  java: /^\s*package\s.*;[ \t]*$/gm,
  scala: /^\s*package\s.*$/gm,
  haskell: /^module\s[\s\S]*?\bwhere[ \t]*$/gm,
}

export const findImports = (language: Language, code: string): string[] =>
  IMPORT_LINE[language] === undefined
    ? []
    : (code.match(IMPORT_LINE[language]) ?? []).map((line) => line.trim())

/** @param isPrompted whether the prompt is in the code, so that not all of its imports are the model's */
function withImports(
  language: Language,
  code: string,
  imports: readonly string[],
  isPrompted: boolean,
): string {
  if (language === 'go') return withGoImports(code, { known: imports, dropUnused: isPrompted })
  const plain = (line: string) => line.replaceAll(/\s/g, '')
  const there = new Set(findImports(language, code).map(plain))
  const missing = imports.filter((line) => !there.has(plain(line)))
  if (missing.length === 0) return code
  const header = HEADER[language] === undefined ? undefined : [...code.matchAll(HEADER[language])].at(-1)
  const at = header === undefined ? 0 : header.index + header[0].length
  const lines = missing.map((line) => `${line}\n`).join('')
  return at === 0 ? `${lines}${code}` : `${code.slice(0, at)}\n${lines}${code.slice(at)}`
}
