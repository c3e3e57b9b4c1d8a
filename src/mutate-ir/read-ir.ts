/**
 * Normalised IR text in (src/compile/normalize-ir.ts), its functions, blocks and instructions out.
 *
 * Written for what clang 19 prints for C, not for all of LLVM: a function with a terminator of another kind than
 * `br`, `switch`, `ret` and `unreachable`, and every function of a module with unnamed types (which look like values),
 * is left out, and what other instructions the reader does not know is marked (read-instruction.ts).
 */
import type { IrBlock, IrFunction, IrInstruction, IrModule, IrValue } from './ir-module.ts'
import { IrScanner } from './ir-scanner.ts'
import { readInstruction } from './read-instruction.ts'

const LABEL = /^([-$._\w]+|"[^"]*"):/
const STRUCT = /^(%(?:"[^"]*"|[-$._\w]+)) = type <?\{ (.*) \}>?$/
const UNNAMED_TYPE = /^%\d+ = type /
const TERMINATORS: ReadonlySet<string> = new Set(['br', 'switch', 'ret', 'unreachable'])
const PARAMETER_WORDS: ReadonlySet<string> = new Set(
  'zeroext signext inreg byval sret align noalias nocapture nofree nest returned nonnull noundef dereferenceable dereferenceable_or_null readonly readnone writeonly writable dead_on_unwind range nofpclass'.split(
    ' ',
  ),
)

/** @example readIr('define void @f() {\nentry:\n  ret void\n}\n').functions[0]?.name // '@f' */
export function readIr(text: string): IrModule {
  const lines = text.split('\n')
  const structs = new Map<string, readonly string[]>()
  const functions: IrFunction[] = []
  if (lines.some((line) => UNNAMED_TYPE.test(line))) return { lines, functions, structs }
  for (const [index, line] of lines.entries()) {
    const [, name, fields] = STRUCT.exec(line) ?? []
    if (name !== undefined && fields !== undefined) structs.set(name, splitTypes(fields))
    if (line.startsWith('define ')) {
      const read = readFunction(lines, index)
      if (read !== undefined) functions.push(read)
    }
  }
  return { lines, functions, structs }
}

function splitTypes(text: string): string[] {
  const scanner = new IrScanner(text)
  const types = [scanner.type().text]
  while (!scanner.hasFailed && scanner.has(',')) types.push(scanner.type().text)
  return scanner.hasFailed ? [] : types
}

function readFunction(lines: readonly string[], start: number): IrFunction | undefined {
  const header = lines[start]!
  const [, name] = /(@(?:"[^"]*"|[-$._\w]+))\(/.exec(header) ?? []
  const end = lines.indexOf('}', start)
  if (name === undefined || end < 0) return undefined
  const parameters = readParameters(new IrScanner(header, header.indexOf(`${name}(`) + name.length + 1))
  if (parameters === undefined) return undefined
  const blocks: { label: string; instructions: IrInstruction[]; successors: string[] }[] = []
  // A first block without a label has the number behind the unnamed parameters'.
  const unnamed = parameters.filter((parameter) => /^%\d+$/.test(parameter.name)).length
  for (let line = start + 1; line < end; ) {
    const text = lines[line]!
    const [, label] = LABEL.exec(text) ?? []
    if (label !== undefined || blocks.length === 0)
      blocks.push({ label: `%${label ?? unnamed}`, instructions: [], successors: [] })
    if (label !== undefined) {
      line++
      continue
    }
    const block = blocks.at(-1)!
    const lineCount = text.endsWith('[') ? lines.indexOf('  ]', line) - line + 1 : 1
    const instruction = readInstruction(
      lines
        .slice(line, line + lineCount)
        .join('\n')
        .trimStart(),
      line,
      lineCount,
    )
    block.instructions.push(instruction)
    line += Math.max(1, lineCount)
  }
  for (const block of blocks) {
    const last = block.instructions.at(-1)
    if (last === undefined || !last.isUnderstood || !TERMINATORS.has(last.opcode)) return undefined
    block.successors.push(...last.labels.map((span) => span.text))
  }
  return { name, start, end, parameters, blocks: blocks satisfies readonly IrBlock[] }
}

function readParameters(scanner: IrScanner): IrValue[] | undefined {
  const parameters: IrValue[] = []
  while (!scanner.hasFailed && !scanner.has(')')) {
    if (scanner.has('...')) continue
    const type = scanner.type().text
    scanner.words(PARAMETER_WORDS)
    parameters.push({ name: scanner.name().text, type })
    scanner.has(',')
  }
  return scanner.hasFailed ? undefined : parameters
}
