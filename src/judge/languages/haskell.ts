/** Haskell, by GHC. For calls the answer is a module, and what calls it is compiled once for a judge. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { SUPPORT } from '../box-command.ts'
import { callDriverPath } from '../call-driver.ts'
import { buildHaskellCodeTest } from '../code-tests/haskell.ts'
import type { Workshop } from '../workshop.ts'
import { compile, compileFirst } from './build-steps.ts'
import { CALLER, haskellCall } from './haskell-call.ts'
import type { BuildJob, Built, LanguageDefinition } from './language-definition.ts'

const FLAGS = ['-v0', '-w', '-O1']
/** Where a program is made at once. */
const WHOLE = [...FLAGS, '-outputdir', '/tmp', '-o', 'answer']
const FOLDER = 'haskell'
// Its stack lies in the heap, and grows up to four fifths of the machine's memory: the size of all is watched.
const HOW = { command: ['/box/answer'] }

export const haskell: LanguageDefinition = {
  language: 'haskell',
  tags: ['haskell', 'hs'],
  aptPackage: 'ghc',
  programs: { ghc: ['ghc'] },
  version: { args: ['--version'], pattern: /version (\d+(?:\.\d+)+)/ },
  outOfMemory: /Heap exhausted|out of memory/,
  buildCodeTest: async (job, test) => buildHaskellCodeTest(job, test, [job.programs.ghc!, ...WHOLE]),
  build: (job) =>
    job.calls === undefined
      ? compile(
          job,
          [{ path: 'answer.hs', content: job.code }],
          [[job.programs.ghc!, ...WHOLE, 'answer.hs']],
          HOW,
        )
      : buildCall(job),
}

async function buildCall(job: BuildJob): Promise<Built> {
  const ghc = job.programs.ghc!
  const driver = await job.workshop.once('haskell driver', () => compileDriver(ghc, job.workshop))
  if (driver.failure !== undefined) return { kind: 'sandbox-error', detail: driver.failure }
  const call = haskellCall(job.code, job.calls!)
  if (call === undefined)
    return { kind: 'compile-error', message: 'the answer has the name of the module that calls it' }
  const folder = `${SUPPORT}/${FOLDER}`
  const main = ['-main-is', CALLER]
  const objects = [call.answer.path.replace(/hs$/, 'o'), `${CALLER}.o`, `${folder}/GepoCall.o`]
  const commands = [
    [ghc, ...FLAGS, ...main, '-c', call.answer.path],
    [ghc, ...FLAGS, ...main, `-i${folder}`, '-c', `${CALLER}.hs`],
    [ghc, ...FLAGS, ...main, '-package', 'containers', '-package', 'text', '-o', 'answer', ...objects],
  ]
  const forms = call.callers.map((caller) => [call.answer, caller])
  return compileFirst(job, forms, commands, HOW)
}

async function compileDriver(ghc: string, { fence, closing }: Workshop): Promise<{ failure?: string }> {
  const folder = join(fence.supportFolder, FOLDER)
  mkdirSync(folder, { recursive: true })
  // Loaded here: whoever only reads answers needs the languages and starts nothing.
  const { execa } = await import('execa')
  const run = await execa(ghc, [...FLAGS, '-outputdir', folder, '-c', callDriverPath('GepoCall.hs')], {
    reject: false,
    cancelSignal: closing,
  })
  return run.failed ? { failure: `ghc: ${run.stderr || run.shortMessage}` } : {}
}
