import { interpret } from './build-steps.ts'
import type { LanguageDefinition } from './language-definition.ts'

export const bash: LanguageDefinition = {
  language: 'bash',
  tags: ['bash', 'sh', 'shell'],
  aptPackage: 'bash',
  programs: { bash: ['bash'] },
  version: { args: ['--version'], pattern: /version (\d+\.\d+\.\d+)/ },
  takesCalls: false,
  outOfMemory: /cannot allocate \d+ bytes/,
  build: (job) =>
    interpret(job, [{ path: 'answer.sh', content: job.code }], {
      command: [job.programs.bash!, '/box/answer.sh'],
    }),
}
