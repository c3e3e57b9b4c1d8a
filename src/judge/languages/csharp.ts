import { compile } from './build-steps.ts'
import type { LanguageDefinition } from './language-definition.ts'

export const csharp: LanguageDefinition = {
  language: 'csharp',
  tags: ['csharp', 'cs', 'c#'],
  aptPackage: 'mono-mcs',
  programs: { mono: ['mono'], mcs: ['mcs'] },
  version: { args: ['--version'], pattern: /version (\d+(?:\.\d+)+)/ },
  takesCalls: false,
  outOfMemory: /System\.OutOfMemoryException/,
  build: (job) =>
    compile(
      job,
      [{ path: 'answer.cs', content: job.code }],
      [
        [
          job.programs.mcs!,
          '-optimize',
          '-nowarn:1',
          '-r:System.Numerics.dll',
          '-out:answer.exe',
          'answer.cs',
        ],
      ],
      { command: [job.programs.mono!, '/box/answer.exe'] },
    ),
}
