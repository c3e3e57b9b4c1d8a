import { compile } from './build-steps.ts'
import type { LanguageDefinition } from './language-definition.ts'

export const haskell: LanguageDefinition = {
  language: 'haskell',
  tags: ['haskell', 'hs'],
  aptPackage: 'ghc',
  programs: { ghc: ['ghc'] },
  version: { args: ['--version'], pattern: /version (\d+(?:\.\d+)+)/ },
  takesCalls: false,
  outOfMemory: /Heap exhausted|out of memory/,
  build: (job) =>
    compile(
      job,
      [{ path: 'answer.hs', content: job.code }],
      // Its stack lies in the heap, and grows up to four fifths of the machine's memory: the size of all is watched.
      [[job.programs.ghc!, '-v0', '-w', '-O1', '-outputdir', '/tmp', '-o', 'answer', 'answer.hs']],
      { command: ['/box/answer'] },
    ),
}
