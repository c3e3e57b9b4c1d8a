/**
 * TypeScript, by the Node that gepo runs on. It is turned into JavaScript once, before the tests, into the script that
 * tsc makes of it by default, or a module where it waits at its top. Types are checked where a test in the form of code
 * wants it, and nowhere else: a checker beside the tests would fail answers that do what they should.
 */
import { createRequire } from 'node:module'
import { SUPPORT } from '../box-command.ts'
import type { BoxFile } from '../box-frames.ts'
import { callDriver } from '../call-driver.ts'
import {
  CHECK_TYPES,
  checkedFile,
  REMOVE_CHECKED,
  runnableTest,
  shareTypeScript,
} from '../code-tests/typescript.ts'
import { shareFile } from '../workshop.ts'
import { compile } from './build-steps.ts'
import type { Built, CodeTestJob, LanguageDefinition } from './language-definition.ts'
import { codeTestCommand, NODE, nodeCommand } from './node-command.ts'

const ESBUILD = [
  ...[`${SUPPORT}/esbuild`, 'answer.ts', '--outfile=answer.js', '--log-level=error', '--log-limit=5'],
  ...['--platform=node', `--target=node${process.versions.node}`, '--tsconfig-raw={}'],
]

/** A module may require, as bundlers let it. */
const REQUIRE = `--banner:js=globalThis.require = process.getBuiltinModule('module').createRequire('/box/');`

export const typescript: LanguageDefinition = {
  ...NODE,
  language: 'typescript',
  tags: ['typescript', 'ts', 'mts', 'cts'],
  async buildCodeTest(job, test) {
    const how = {
      ...(await codeTestCommand(job)),
      told: await runnableTest(test.code, 'ts'),
    }
    const answer = [{ path: 'answer.ts', content: job.code }, callDriver('code-test.cjs')]
    if (test.checkTypes !== true) return compileScript(job, answer, [], how)
    await shareTypeScript(job.workshop)
    return compileScript(
      job,
      [...answer, checkedFile(job.code, test.code)],
      [CHECK_TYPES, REMOVE_CHECKED],
      how,
    )
  },
  async build(job) {
    const isCall = job.calls !== undefined
    const how = await nodeCommand(job, [isCall ? '/box/call.cjs' : '/box/answer.js'])
    const files = [{ path: 'answer.ts', content: job.code }, ...(isCall ? [callDriver('call.cjs')] : [])]
    return compileScript(job, files, [], how)
  },
}

/** After what is to be done before. */
async function compileScript(
  job: CodeTestJob,
  files: readonly BoxFile[],
  before: readonly (readonly string[])[],
  how: Parameters<typeof compile>[3],
): Promise<Built> {
  await job.workshop.once('esbuild', async () => {
    shareFile(esbuildPath(), job.workshop.fence, 'esbuild')
    return {}
  })
  const script = await compile(job, files, [...before, [...ESBUILD, '--format=cjs']], how)
  return script.kind === 'compile-error'
    ? compile(job, files, [...before, [...ESBUILD, '--format=esm', REQUIRE]], how)
    : script
}

/** Its program itself, which needs no Node around it. */
function esbuildPath(): string {
  const main = createRequire(import.meta.url).resolve('esbuild')
  return createRequire(main).resolve(`@esbuild/${process.platform}-${process.arch}/bin/esbuild`)
}
