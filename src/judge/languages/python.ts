import { callDriver } from '../call-driver.ts'
import { buildScriptTest } from '../code-tests/scripts.ts'
import { interpret } from './build-steps.ts'
import type { LanguageDefinition } from './language-definition.ts'

// Whole numbers may be as long as they come: a limit on them is no part of the language.
const FLAGS = ['-B', '-E', '-s', '-X', 'int_max_str_digits=0']

export const python: LanguageDefinition = {
  language: 'python',
  tags: ['python', 'py', 'python3'],
  aptPackage: 'python3',
  programs: { python: ['python3'] },
  version: { args: ['--version'], pattern: /Python (\d\S*)/ },
  outOfMemory: /^MemoryError\b/m,
  buildCodeTest: (job, test) =>
    buildScriptTest(job, test.code, { path: 'answer.py', content: job.code }, 'code-test.py', {
      command: [job.programs.python!, ...FLAGS, '/box/code-test.py'],
    }),
  build(job) {
    const answer = { path: 'answer.py', content: job.code }
    const files = job.calls !== undefined ? [answer, callDriver('call.py')] : [answer]
    const script = job.calls !== undefined ? '/box/call.py' : '/box/answer.py'
    return interpret(job, files, {
      command: [job.programs.python!, ...FLAGS, script],
      stackBytes: 64 * 1024 * 1024,
    })
  },
}
