/** Answers of a model's own to one prompt in, text for a terminal out: the C source, each answer, and the proof of mistakes. */
import { fieldLines } from '../../base/field-lines.ts'
import { printable } from '../../base/printable.ts'
import type { OwnAnswer, OwnRole } from '../../records/own-answer.ts'
import { inputRecord, resultRecord } from '../../records/witness-record.ts'
import type { OwnAnswersOrigin } from '../../store/own-answers.ts'
import { cutTo, indent, type RenderOptions } from './render-group.ts'

const MOST_CODE_LINES = 40
const MOST_ANSWER_LINES = 30
const MOST_RESULT_LINES = 12

/** @param answers at least one, all of one group */
export function renderOwnAnswers(
  answers: readonly OwnAnswer[],
  { run, database }: OwnAnswersOrigin,
  { paint, full }: RenderOptions,
): string {
  const { group, unit, prompt } = answers[0]!
  const cut = (text: string, most: number) =>
    indent(cutTo(printable(text).trimEnd().split('\n'), full ? Infinity : most, paint))
  return [
    paint('bold', `group ${group}`),
    `${unit.kind} ${printable(unit.name)} of ${printable(database)}, answered in the run ${printable(run)}`,
    '',
    paint('bold', 'C source'),
    ...cut(prompt, MOST_CODE_LINES),
    ...answers.flatMap((answer, index) => [
      '',
      paint('bold', `answer ${index + 1}: ${describe(answer)}`),
      ...cut(answer.answer, MOST_ANSWER_LINES),
      ...proofLines(answer),
    ]),
    '',
  ].join('\n')

  function proofLines({ verdict }: OwnAnswer): string[] {
    switch (verdict.kind) {
      case 'equal':
        return [paint('green', `  the result of the C on ${verdict.inputs + verdict.searched} inputs`)]
      case 'differs': {
        const { input, original, answer } = verdict.witness
        const fields = (record: object) =>
          indent(cutTo(fieldLines(record), full ? Infinity : MOST_RESULT_LINES, paint))
        return [
          '  witness',
          ...fields(inputRecord(input)),
          paint('green', '  the C gives'),
          ...fields(resultRecord(original, input)),
          paint('red', '  the answer gives'),
          ...fields(resultRecord(answer, input)),
        ]
      }
      case 'malformed':
        return [paint('red', '  the assembler refuses it'), ...indent([printable(verdict.message)])]
      default: {
        const { kind: _, ...details } = verdict
        return indent(fieldLines(details))
      }
    }
  }
}

const ROLES: Readonly<Record<OwnRole, string>> = {
  winner: 'a winner of its group',
  loser: 'a loser of its group',
  none: 'left out of its group',
}

function describe({ verdict, role, step, sample, level }: OwnAnswer): string {
  const asked = level === null ? '' : `, ${level} asked for`
  return `${verdict.kind}, ${ROLES[role]}, drawn after ${step} steps as number ${sample + 1}${asked}`
}
