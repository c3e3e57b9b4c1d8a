/**
 * TypeScript, by the Node that gepo runs on. It is turned into JavaScript once, before the tests, into the script that
 * tsc makes of it by default, or a module where it waits at its top. Types are not checked: a checker beside the tests
 * would fail answers that do what they should, and a different one on each machine.
 */
import { createRequire } from 'node:module'
import { SUPPORT } from '../box-command.ts'
import { callDriver } from '../call-driver.ts'
import { shareFile } from '../workshop.ts'
import { compile } from './build-steps.ts'
import type { LanguageDefinition } from './language-definition.ts'
import { NODE, nodeCommand } from './node-command.ts'

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
  async build(job) {
    await job.workshop.once('esbuild', async () => {
      shareFile(esbuildPath(), job.workshop.fence, 'esbuild')
      return {}
    })
    const isCall = job.calls !== undefined
    const how = await nodeCommand(job, [isCall ? '/box/call.cjs' : '/box/answer.js'])
    const files = [{ path: 'answer.ts', content: job.code }, ...(isCall ? [callDriver('call.cjs')] : [])]
    const script = await compile(job, files, [[...ESBUILD, '--format=cjs']], how)
    return script.kind === 'compile-error'
      ? compile(job, files, [[...ESBUILD, '--format=esm', REQUIRE]], how)
      : script
  },
}

/** Its program itself, which needs no Node around it. */
function esbuildPath(): string {
  const main = createRequire(import.meta.url).resolve('esbuild')
  return createRequire(main).resolve(`@esbuild/${process.platform}-${process.arch}/bin/esbuild`)
}
