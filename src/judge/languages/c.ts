import { compile } from './build-steps.ts'
import type { LanguageDefinition } from './language-definition.ts'
import { nativeStackBytes } from './native-stack.ts'

export const c: LanguageDefinition = {
  language: 'c',
  tags: ['c'],
  aptPackage: 'gcc',
  programs: { gcc: ['gcc'] },
  version: { args: ['--version'], pattern: /(\d+\.\d+\.\d+)/ },
  takesCalls: false,
  build: (job) =>
    compile(
      job,
      [{ path: 'answer.c', content: job.code }],
      [[job.programs.gcc!, '-std=gnu17', '-O2', '-w', '-pipe', '-o', 'answer', 'answer.c', '-lm']],
      { command: ['/box/answer'], stackBytes: nativeStackBytes(job.limits) },
    ),
}
