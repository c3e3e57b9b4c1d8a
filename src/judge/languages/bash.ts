import { buildScriptTest } from '../code-tests/scripts.ts'
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
  takesCalls: false,
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
  build: (job) =>
    interpret(job, [{ path: 'answer.sh', content: job.code }], {
      command: [job.programs.bash!, '/box/answer.sh'],
    }),
}
