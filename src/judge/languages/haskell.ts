import { buildHaskellCodeTest } from '../code-tests/haskell.ts'
import { compile } from './build-steps.ts'
import type { LanguageDefinition } from './language-definition.ts'

const FLAGS = ['-v0', '-w', '-O1', '-outputdir', '/tmp', '-o', 'answer']

export const haskell: LanguageDefinition = {
  language: 'haskell',
  tags: ['haskell', 'hs'],
  aptPackage: 'ghc',
  programs: { ghc: ['ghc'] },
  version: { args: ['--version'], pattern: /version (\d+(?:\.\d+)+)/ },
  takesCalls: false,
  outOfMemory: /Heap exhausted|out of memory/,
  buildCodeTest: async (job, test) => buildHaskellCodeTest(job, test, [job.programs.ghc!, ...FLAGS]),
  build: (job) =>
    compile(
      job,
      [{ path: 'answer.hs', content: job.code }],
      // Its stack lies in the heap, and grows up to four fifths of the machine's memory: the size of all is watched.
      [[job.programs.ghc!, ...FLAGS, 'answer.hs']],
      { command: ['/box/answer'] },
    ),
}
