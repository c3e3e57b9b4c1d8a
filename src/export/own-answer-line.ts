/** An answer of a model's own in, the JSON line that other programs read out. Witnesses are in the form of groups'. */
import type { OwnAnswer } from '../records/own-answer.ts'
import { promptOf } from '../records/prompt-template.ts'
import { inputRecord, resultRecord } from '../records/witness-record.ts'

/** @param run the folder of the run that it is from */
export function ownAnswerLine({ verdict, ...answer }: OwnAnswer, run: string): object {
  return { run, ...answer, verdict: verdict.kind === 'differs' ? differenceOf(verdict.witness) : verdict }
}

function differenceOf({
  input,
  inputIndex,
  original,
  answer,
  isClear,
}: Extract<OwnAnswer['verdict'], { kind: 'differs' }>['witness']) {
  return {
    kind: 'differs',
    isClear,
    ...(inputIndex !== undefined && { inputIndex }),
    witness: {
      ...inputRecord(input),
      original: resultRecord(original, input),
      answer: resultRecord(answer, input),
    },
  }
}

/** What supervised training takes of an answer that is right; of others nothing. */
export function ownPairLines({ role, group, level, prompt, answer }: OwnAnswer): object[] {
  return role === 'winner'
    ? [{ prompt: promptOf({ code: prompt }), response: answer, group, ...(level && { level }) }]
    : []
}
