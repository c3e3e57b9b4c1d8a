/** C#, by Mono's compiler. For calls the answer is a library, and the caller a program of its own that loads it. */

import { join } from 'node:path'
import { SUPPORT } from '../box-command.ts'
import { callDriverPath } from '../call-driver.ts'
import { buildCsharpCodeTest } from '../code-tests/csharp.ts'
import { compile } from './build-steps.ts'
import { compileCaller } from './compile-outside.ts'
import type { LanguageDefinition } from './language-definition.ts'

const FOLDER = 'csharp'
const DRIVER = 'Call.exe'
const NUMERICS = '-r:System.Numerics.dll'

export const csharp: LanguageDefinition = {
  language: 'csharp',
  tags: ['csharp', 'cs', 'c#'],
  aptPackage: 'mono-mcs',
  programs: { mono: ['mono'], mcs: ['mcs'] },
  version: { args: ['--version'], pattern: /version (\d+(?:\.\d+)+)/ },
  outOfMemory: /System\.OutOfMemoryException/,
  buildCodeTest: (job, test) =>
    buildCsharpCodeTest(job, test, [
      job.programs.mcs!,
      '-optimize',
      '-nowarn:1',
      NUMERICS,
      '-out:answer.exe',
    ]),
  async build(job) {
    const { mono, mcs } = job.programs
    const isCall = job.calls !== undefined
    if (isCall) {
      const driver = await job.workshop.once('csharp caller', () =>
        compileCaller(job.workshop, FOLDER, (folder) => [
          [mcs!, '-optimize', NUMERICS, `-out:${join(folder, DRIVER)}`, callDriverPath('Call.cs')],
        ]),
      )
      if (driver.failure !== undefined) return { kind: 'sandbox-error', detail: driver.failure }
    }
    const program = isCall ? 'answer.dll' : 'answer.exe'
    const flags = ['-optimize', '-nowarn:1', NUMERICS, ...(isCall ? ['-target:library'] : [])]
    return compile(
      job,
      [{ path: 'answer.cs', content: job.code }],
      [[mcs!, ...flags, `-out:${program}`, 'answer.cs']],
      {
        command: [mono!, ...(isCall ? [`${SUPPORT}/${FOLDER}/${DRIVER}`] : []), `/box/${program}`],
      },
    )
  },
}
