/** A function in, what operators ask about it out: which values may stand where. Pure; worked out once a function. */
import { findDominators } from './find-dominators.ts'
import type { IrBlock, IrFunction, IrInstruction, IrModule } from './ir-module.ts'

export interface FunctionContext {
  readonly module: IrModule
  readonly function: IrFunction
  /** Of all blocks, in the order of the text. */
  readonly instructions: readonly IrInstruction[]
  readonly blockOf: (instruction: IrInstruction) => IrBlock
  readonly isReachable: (block: IrBlock) => boolean
  /** Values of a type that are defined wherever the instruction runs, the nearest first, parameters last. */
  readonly valuesBefore: (instruction: IrInstruction, type: string) => Iterable<string>
  /** Whether an operand's text has a value wherever the instruction runs. */
  readonly isDefinedBefore: (value: string, instruction: IrInstruction) => boolean
  /** The same at the end of the block of that label. */
  readonly isDefinedAtEnd: (value: string, label: string) => boolean
  readonly definitionOf: (name: string) => IrInstruction | undefined
  readonly usersOf: (name: string) => readonly IrInstruction[]
}

export function functionContext(module: IrModule, ofFunction: IrFunction): FunctionContext {
  const { blocks, parameters } = ofFunction
  const dominators = findDominators(blocks)
  const byLabel = new Map(blocks.map((block) => [block.label, block]))
  const blockByLine = new Map<number, IrBlock>()
  const definitions = new Map<string, IrInstruction>()
  const users = new Map<string, IrInstruction[]>()
  for (const block of blocks) {
    for (const instruction of block.instructions) {
      blockByLine.set(instruction.line, block)
      if (instruction.result !== undefined) definitions.set(instruction.result, instruction)
      for (const name of new Set(usedNames(instruction))) {
        const others = users.get(name)
        if (others === undefined) users.set(name, [instruction])
        else others.push(instruction)
      }
    }
  }
  const parameterNames = new Set(parameters.map((parameter) => parameter.name))
  const blockOf = (instruction: IrInstruction) => blockByLine.get(instruction.line)!

  /** The blocks that every way to this one goes through, itself first. */
  function* dominating(block: IrBlock): Generator<IrBlock> {
    for (let at = block; ; ) {
      yield at
      const next = dominators.get(at.label)
      if (next === undefined || next === at.label) return
      at = byLabel.get(next)!
    }
  }

  /** By block and type, in their order; a function may be too long to look through for each instruction. */
  const results = new Map(
    blocks.map(({ label, instructions }) => [
      label,
      Map.groupBy(
        instructions.filter(({ result }) => result !== undefined),
        ({ resultType }) => resultType,
      ),
    ]),
  )

  function* valuesBefore(instruction: IrInstruction, type: string): Generator<string> {
    const own = blockOf(instruction)
    for (const block of dominating(own)) {
      for (const { line, result } of results.get(block.label)!.get(type)?.toReversed() ?? [])
        if (block !== own || line < instruction.line) yield result!
    }
    for (const parameter of parameters) if (parameter.type === type) yield parameter.name
  }

  const isDefinedIn = (value: string, block: IrBlock, isInTime: (definition: IrInstruction) => boolean) => {
    if (!value.startsWith('%') || parameterNames.has(value)) return true
    const definition = definitions.get(value)
    if (definition === undefined) return false
    const home = blockOf(definition)
    if (home === block) return isInTime(definition)
    return dominating(block).some((one) => one === home)
  }

  return {
    module,
    function: ofFunction,
    instructions: blocks.flatMap((block) => block.instructions),
    blockOf,
    isReachable: ({ label }) => dominators.has(label),
    valuesBefore,
    isDefinedBefore: (value, instruction) =>
      isDefinedIn(value, blockOf(instruction), ({ line }) => line < instruction.line),
    isDefinedAtEnd: (value, label) => isDefinedIn(value, byLabel.get(label)!, () => true),
    definitionOf: (name) => definitions.get(name),
    usersOf: (name) => users.get(name) ?? [],
  }
}

const LOCAL_NAME = /"[^"]*"|(%(?:"[^"]*"|[-$._\w]+))/g

/** The values and blocks that an instruction names, those in constants and types included. */
function* usedNames({ text, result }: IrInstruction): Generator<string> {
  const body = result === undefined ? text : text.slice(result.length)
  for (const [, name] of body.matchAll(LOCAL_NAME)) if (name !== undefined) yield name
}
