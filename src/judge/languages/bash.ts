/** Bash. For calls the answer is sourced by a shell of its own, and values are texts (bash-call.ts). */
import { callDriver } from '../call-driver.ts'
import { buildScriptTest } from '../code-tests/scripts.ts'
import { BASH_CALL_FORM } from './bash-call.ts'
import { interpret } from './build-steps.ts'
import type { LanguageDefinition } from './language-definition.ts'

/** Some data sets let a test begin with the brace that ends the answer's function. */
const STRAY_BRACE = /^\s*\}/

export const bash: LanguageDefinition = {
  language: 'bash',
  tags: ['bash', 'sh', 'shell'],
  aptPackage: 'bash',
  programs: { bash: ['bash'] },
  version: { args: ['--version'], pattern: /version (\d+\.\d+\.\d+)/ },
  callForm: BASH_CALL_FORM,
  outOfMemory: /cannot allocate \d+ bytes/,
  buildCodeTest: (job, test) =>
    buildScriptTest(
      job,
      test.code.replace(STRAY_BRACE, ''),
      { path: 'answer.sh', content: job.code },
      'code-test.sh',
      {
        command: [job.programs.bash!, '/box/code-test.sh'],
        startsProcesses: true,
      },
    ),
  build(job) {
    const answer = { path: 'answer.sh', content: job.code }
    const files = job.calls === undefined ? [answer] : [answer, callDriver('call.sh')]
    const script = job.calls === undefined ? '/box/answer.sh' : '/box/call.sh'
    return interpret(job, files, { command: [job.programs.bash!, script] })
  },
}
