import { compile } from './build-steps.ts'
import type { LanguageDefinition } from './language-definition.ts'
import { nativeStackBytes } from './native-stack.ts'

export const rust: LanguageDefinition = {
  language: 'rust',
  tags: ['rust', 'rs'],
  aptPackage: 'rustc',
  programs: { rustc: ['rustc'] },
  version: { args: ['--version'], pattern: /rustc (\d+\.\d+\.\d+)/ },
  takesCalls: false,
  outOfMemory: /memory allocation of \d+ bytes failed/,
  build: (job) =>
    compile(
      job,
      [{ path: 'answer.rs', content: job.code }],
      [[job.programs.rustc!, '--edition', '2021', '-O', '--cap-lints', 'allow', '-o', 'answer', 'answer.rs']],
      { command: ['/box/answer'], stackBytes: nativeStackBytes(job.limits) },
    ),
}
