/**
 * One instruction's text in, its parts out, for the forms that clang 19 prints for C. Anything else (inline assembly,
 * atomics, exceptions, operand bundles before the arguments, ...) comes back with `isUnderstood` false and no parts.
 */
import type { IrInstruction, IrOperand, IrSpan } from './ir-module.ts'
import { IrScanner } from './ir-scanner.ts'

type Parts = Pick<
  IrInstruction,
  | 'resultType'
  | 'isUnderstood'
  | 'words'
  | 'operands'
  | 'labels'
  | 'callee'
  | 'fixedArguments'
  | 'typeArgument'
>

export const BINARY_OPCODES: ReadonlySet<string> = new Set(
  'add sub mul udiv sdiv urem srem shl lshr ashr and or xor fadd fsub fmul fdiv frem'.split(' '),
)
export const CAST_OPCODES: ReadonlySet<string> = new Set(
  'trunc zext sext fptrunc fpext fptoui fptosi uitofp sitofp ptrtoint inttoptr bitcast'.split(' '),
)
const FLAGS: ReadonlySet<string> = new Set(
  'nuw nsw exact disjoint nneg inbounds nusw fast nnan ninf nsz arcp contract afn reassoc'.split(' '),
)
const PREDICATES: ReadonlySet<string> = new Set(
  'eq ne ugt uge ult ule sgt sge slt sle oeq ogt oge olt ole one ord ueq uno une true false'.split(' '),
)
const CALL_WORDS: ReadonlySet<string> = new Set(
  [...FLAGS].concat(
    'tail call ccc fastcc coldcc zeroext signext inreg noalias nonnull noundef align dereferenceable dereferenceable_or_null range nofpclass'.split(
      ' ',
    ),
  ),
)
const ARGUMENT_WORDS: ReadonlySet<string> = new Set(
  'zeroext signext inreg byval sret align noalias nocapture nofree nest returned nonnull noundef dereferenceable dereferenceable_or_null immarg readonly readnone writeonly writable dead_on_unwind range nofpclass elementtype'.split(
    ' ',
  ),
)
const MEMORY_WORDS: ReadonlySet<string> = new Set(['volatile'])

const NOT_UNDERSTOOD: Parts = {
  resultType: undefined,
  isUnderstood: false,
  words: [],
  operands: [],
  labels: [],
  callee: undefined,
  fixedArguments: undefined,
  typeArgument: undefined,
}

/**
 * @param text without indentation
 * @example readInstruction('%sum = add nsw i32 %a, 1', 4) // opcode add, words nsw, operands i32 %a and i32 1
 */
export function readInstruction(text: string, line: number, lineCount = 1): IrInstruction {
  const [head, result, opcodeText = ''] = /^(?:(%(?:"[^"]*"|[-$._\w]+)) = )?([\w ]*)/.exec(text)!
  const opcode = /^(?:tail |musttail |notail )?call\b/.test(opcodeText)
    ? 'call'
    : opcodeText.split(' ', 1)[0]!
  const scanner = new IrScanner(
    text,
    head.length - opcodeText.length + (opcode === 'call' ? 0 : opcode.length),
  )
  const parts = readParts(opcode, scanner)
  const { resultType, ...others } = parts === undefined || scanner.hasFailed ? NOT_UNDERSTOOD : parts
  return {
    line,
    lineCount,
    text,
    result,
    resultType: result === undefined ? undefined : resultType,
    opcode,
    ...others,
  }
}

function readParts(opcode: string, scanner: IrScanner): Parts | undefined {
  if (BINARY_OPCODES.has(opcode)) return readBinary(scanner)
  if (CAST_OPCODES.has(opcode)) return readCast(scanner)
  return READERS[opcode]?.(scanner)
}

const READERS: Readonly<Record<string, (scanner: IrScanner) => Parts | undefined>> = {
  fneg: readUnary,
  freeze: readUnary,
  icmp: readComparison,
  fcmp: readComparison,
  load: readLoad,
  store: readStore,
  getelementptr: readIndexing,
  alloca: readAlloca,
  phi: readPhi,
  select: readSelect,
  br: readBranch,
  switch: readSwitch,
  ret: readReturn,
  unreachable: () => parts({}),
  call: readCall,
  extractelement: (scanner) => {
    const operands = typedOperands(scanner)
    return parts({ operands, resultType: elementType(operands[0]?.type) })
  },
  insertelement: readVector,
  shufflevector: (scanner) => parts({ operands: typedOperands(scanner) }),
}

const parts = (known: Partial<Parts>): Parts => ({ ...NOT_UNDERSTOOD, isUnderstood: true, ...known })

function operand(scanner: IrScanner, typeSpan: IrSpan): IrOperand {
  return { ...scanner.value(), type: typeSpan.text, typeSpan }
}

const typedOperand = (scanner: IrScanner) => operand(scanner, scanner.type())

function typedOperands(scanner: IrScanner): IrOperand[] {
  const operands = [typedOperand(scanner)]
  while (!scanner.hasFailed && scanner.has(',')) operands.push(typedOperand(scanner))
  return operands
}

/** `i32 %a, %b`: the type is written once. */
function operandPair(scanner: IrScanner): [IrOperand, IrOperand] {
  const type = scanner.type()
  const left = operand(scanner, type)
  scanner.expect(',')
  return [left, operand(scanner, type)]
}

function readBinary(scanner: IrScanner): Parts {
  const words = scanner.words(FLAGS)
  const operands = operandPair(scanner)
  return parts({ words, operands, resultType: operands[0].type })
}

function readUnary(scanner: IrScanner): Parts {
  const words = scanner.words(FLAGS)
  const operands = [typedOperand(scanner)]
  return parts({ words, operands, resultType: operands[0]!.type })
}

function readVector(scanner: IrScanner): Parts {
  const operands = typedOperands(scanner)
  return parts({ operands, resultType: operands[0]!.type })
}

function readComparison(scanner: IrScanner): Parts | undefined {
  scanner.words(FLAGS)
  const predicate = scanner.word(PREDICATES)
  if (predicate === undefined) return undefined
  const operands = operandPair(scanner)
  const lanes = /^<(\d+) x /.exec(operands[0].type)?.[1]
  return parts({
    words: [predicate],
    operands,
    resultType: lanes === undefined ? 'i1' : `<${lanes} x i1>`,
  })
}

function readCast(scanner: IrScanner): Parts {
  const words = scanner.words(FLAGS)
  const operands = [typedOperand(scanner)]
  scanner.expect('to')
  const target = scanner.type().text
  return parts({ words, operands, resultType: target, typeArgument: target })
}

function readLoad(scanner: IrScanner): Parts {
  const words = scanner.words(MEMORY_WORDS)
  const type = scanner.type().text
  scanner.expect(',')
  return parts({ words, operands: [typedOperand(scanner)], resultType: type, typeArgument: type })
}

function readStore(scanner: IrScanner): Parts {
  const words = scanner.words(MEMORY_WORDS)
  const value = typedOperand(scanner)
  scanner.expect(',')
  return parts({ words, operands: [value, typedOperand(scanner)] })
}

function readIndexing(scanner: IrScanner): Parts {
  const words = scanner.words(FLAGS)
  const type = scanner.type().text
  scanner.expect(',')
  const operands = typedOperands(scanner)
  const isVector = operands.some((one) => one.type.startsWith('<'))
  return parts({ words, operands, typeArgument: type, ...(!isVector && { resultType: 'ptr' }) })
}

function readAlloca(scanner: IrScanner): Parts {
  const type = scanner.type().text
  return parts({ resultType: 'ptr', typeArgument: type })
}

function readPhi(scanner: IrScanner): Parts {
  const words = scanner.words(FLAGS)
  const type = scanner.type()
  const operands: IrOperand[] = []
  const labels: IrSpan[] = []
  do {
    scanner.expect('[')
    operands.push(operand(scanner, type))
    scanner.expect(',')
    labels.push(scanner.name())
    scanner.expect(']')
  } while (!scanner.hasFailed && scanner.has(','))
  return parts({ words, operands, labels, resultType: type.text })
}

function readSelect(scanner: IrScanner): Parts {
  const words = scanner.words(FLAGS)
  const operands = typedOperands(scanner)
  return parts({ words, operands, resultType: operands[1]?.type })
}

function label(scanner: IrScanner): IrSpan {
  scanner.expect('label')
  return scanner.name()
}

function readBranch(scanner: IrScanner): Parts {
  if (scanner.has('label')) return parts({ labels: [scanner.name()] })
  const operands = [typedOperand(scanner)]
  scanner.expect(',')
  const first = label(scanner)
  scanner.expect(',')
  return parts({ operands, labels: [first, label(scanner)] })
}

/** The first label is the default's, the others belong to the operands behind the first one. */
function readSwitch(scanner: IrScanner): Parts {
  const operands = [typedOperand(scanner)]
  scanner.expect(',')
  const labels = [label(scanner)]
  scanner.expect('[')
  while (!scanner.hasFailed && !scanner.has(']')) {
    operands.push(typedOperand(scanner))
    scanner.expect(',')
    labels.push(label(scanner))
  }
  return parts({ operands, labels })
}

function readReturn(scanner: IrScanner): Parts {
  if (scanner.has('void')) return parts({})
  return parts({ operands: [typedOperand(scanner)] })
}

/** The operands are the arguments. */
function readCall(scanner: IrScanner): Parts {
  const words = scanner.words(CALL_WORDS)
  const returned = scanner.type().text
  // `i32 (ptr, ...) @printf(...)`: of functions with an ellipsis the whole type is written.
  const types = scanner.has('(') ? parameterTypes(scanner) : undefined
  const callee = scanner.name().text
  const operands: IrOperand[] = []
  scanner.expect('(')
  while (!scanner.hasFailed && !scanner.has(')')) {
    const type = scanner.type()
    scanner.words(ARGUMENT_WORDS)
    operands.push(operand(scanner, type))
    scanner.has(',')
  }
  return parts({ words, operands, callee, fixedArguments: types, resultType: returned })
}

/** How many come before the ellipsis. */
function parameterTypes(scanner: IrScanner): number {
  let count = 0
  while (!scanner.hasFailed && !scanner.has('...')) {
    scanner.type()
    scanner.has(',')
    count++
  }
  scanner.expect(')')
  return count
}

/** The type of one lane. */
const elementType = (type: string | undefined) => /^<\d+ x (.*)>$/.exec(type ?? '')?.[1]
