/** LLVM IR as far as an edit of one instruction needs to know it. Made by read-ir.ts; plain data. */

export interface IrModule {
  readonly lines: readonly string[]
  readonly functions: readonly IrFunction[]
  /** Named structure types: the types of their fields. */
  readonly structs: ReadonlyMap<string, readonly string[]>
}

export interface IrFunction {
  /** As the text names it, `@main`. */
  readonly name: string
  /** Index of the line with `define`, and of the one with the closing brace. */
  readonly start: number
  readonly end: number
  readonly parameters: readonly IrValue[]
  /** The entry block first. */
  readonly blocks: readonly IrBlock[]
}

export interface IrBlock {
  /** As operands name it, `%for.body`. */
  readonly label: string
  readonly instructions: readonly IrInstruction[]
  /** Labels, one an edge. */
  readonly successors: readonly string[]
}

export interface IrValue {
  readonly name: string
  readonly type: string
}

export interface IrInstruction {
  /** Index of its first line; only `switch` has several. */
  readonly line: number
  readonly lineCount: number
  /** Its lines without the indentation of the first. */
  readonly text: string
  /** The value that it defines, `%add`. */
  readonly result: string | undefined
  /** undefined for no result and for one whose type is not worked out. */
  readonly resultType: string | undefined
  readonly opcode: string
  /** False where the reader does not know the form: then there are no operands, whatever the text says. */
  readonly isUnderstood: boolean
  /** Words between opcode and first type: `nsw`, `inbounds`, a predicate, ... */
  readonly words: readonly IrSpan[]
  readonly operands: readonly IrOperand[]
  /** Of `br` and `switch` the successors, of `phi` the incoming blocks (in the order of its operands). */
  readonly labels: readonly IrSpan[]
  /** Of a call: what is called. */
  readonly callee: string | undefined
  /** Of a call by a type with an ellipsis: how many arguments come before it. */
  readonly fixedArguments: number | undefined
  /** What `load`, `alloca` and `getelementptr` name before their operands; the target of a cast. */
  readonly typeArgument: string | undefined
}

/** A part of an instruction's text. */
export interface IrSpan {
  readonly text: string
  readonly start: number
  readonly end: number
}

export interface IrOperand extends IrSpan {
  readonly type: string
  /** Where its type is written. */
  readonly typeSpan: IrSpan
}
