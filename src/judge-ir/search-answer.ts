/** An answer that is equal on its group's inputs in, what further inputs say of it out. */
import { irCode } from '../compile/code.ts'
import { normalizeIr } from '../compile/normalize-ir.ts'
import type { CodeEngine } from '../execute/code-engine.ts'
import { clearlyDifferent } from '../execute/outcome/clearly-different.ts'
import type { IrText } from '../execute/read-ir-text.ts'
import type { IrVerdict } from '../records/ir-verdict.ts'
import { constantsOfBoth } from '../search/find-ir-constants.ts'
import { openSearchSide } from '../search/open-search-side.ts'
import { EDGES_PER_INPUT, searchDifference } from '../search/search-difference.ts'
import type { JudgedUnit } from './open-judged-unit.ts'

/** @param inputs how many to try at most */
export async function searchAnswer(
  engine: CodeEngine,
  { name, source, entryPoint }: JudgedUnit,
  answer: Extract<IrText, { kind: 'ok' }>,
  equal: Extract<IrVerdict, { kind: 'equal' }>,
  inputs: number,
): Promise<IrVerdict> {
  const emitted = await engine.emitIr(source, 'O0')
  if (emitted.kind !== 'ok') return { kind: 'unjudged', reason: `the compiler: ${emitted.kind}` }
  const ir = normalizeIr(emitted.stdout)
  const unitSide = await openSearchSide(engine, { code: source, isIr: false, ir }, entryPoint)
  const answerSide = await openSearchSide(
    engine,
    { code: irCode(answer.whole), isIr: true, ir: answer.normalized, poison: 'used' },
    entryPoint,
  )
  if (typeof unitSide === 'string') return { kind: 'unjudged', reason: unitSide }
  if (typeof answerSide === 'string') return { kind: 'mismatch', detail: answerSide }
  const { difference, agreed } = await searchDifference(engine, [unitSide, answerSide], {
    entryPoint,
    seed: `answer ${name}`,
    budget: { inputs, edges: inputs * EDGES_PER_INPUT },
    constants: constantsOfBoth(ir, answer.normalized),
  })
  if (difference === undefined) return { ...equal, searched: agreed }
  const [original, given] = difference.results
  const isClear = clearlyDifferent(original, given)
  return { kind: 'differs', witness: { input: difference.input, original, answer: given, isClear } }
}
