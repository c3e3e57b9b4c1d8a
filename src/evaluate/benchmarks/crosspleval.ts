/**
 * Translation in the form of the paper's CrossPLEval, whose own tasks are not public: rows are lines of a file that
 * `gepo benchmark build crosspleval` has made. In chat alone: the message holds what the paper's prompt holds, the
 * solution, its declaration and the target's.
 */

import { parseCrossTask } from '../../problems/crosspleval/read-cross-tasks.ts'
import { LANGUAGES } from '../../records/language.ts'
import { type Benchmark, rowReader, unreadable } from './benchmark.ts'
import { translationMessage } from './chat-message.ts'

export const CROSSPLEVAL: Benchmark = {
  name: 'crosspleval',
  languages: LANGUAGES,
  readFile: rowReader([], (fields) => {
    const reading = parseCrossTask(fields)
    if (reading.kind === 'none') return unreadable(reading.detail)
    const { task } = reading
    return {
      kind: 'problem',
      problem: {
        id: `${task.source.language}-${task.target}/${task.origin.row}/${task.id.slice(0, 16)}`,
        source: task.source,
        target: task.target,
        completion: null,
        message: translationMessage(task),
        imports: [],
        suite: task.suite,
        unanswerable: null,
      },
    }
  }),
}
