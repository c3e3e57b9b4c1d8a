/** A test in TypeScript, or in JavaScript that imports: what of it a driver can run, and what a compiler is asked of its types. */

import { mkdirSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { SUPPORT } from '../box-command.ts'
import { shareFile, type Workshop } from '../workshop.ts'

const FOLDER = 'typescript'
const CHECKED = 'checked.ts'

/**
 * The test as statements of a script, without types. It is the data set's and no answer's: it is read outside of the box.
 */
export async function runnableTest(code: string, loader: 'js' | 'ts' = 'js'): Promise<string> {
  if (loader === 'js' && !/^[ \t]*(?:import|export)\b/m.test(code)) return code
  const { transform } = await import('esbuild')
  // Within a function nothing can be imported, only required.
  const format = /^[ \t]*(?:import|export)\b/m.test(code) ? { format: 'cjs' as const } : {}
  const options = { loader, ...format, target: `node${process.versions.node}`, logLevel: 'silent' as const }
  return (await transform(code, { ...options, tsconfigRaw: '{}' })).code
}

/** The program whose types are checked. Names of the test's may be the answer's, too. */
export function checkedFile(answer: string, test: string) {
  const declarations = test.match(/^declare\b.*$/gm) ?? []
  const rest = test.replace(/^declare\b.*$/gm, '')
  return { path: CHECKED, content: [answer, ...declarations, `{\n${rest}\n}\n`].join('\n') }
}

/** As the benchmark's own graders call it; its defaults were the looser ones then. */
export const CHECK_TYPES = [
  ...[`${SUPPORT}/${FOLDER}/tsc`, '--noEmit', '--pretty', 'false', '--target', 'esnext', '--strict', 'false'],
  ...['--skipLibCheck', '--singleThreaded'],
  CHECKED,
]

/** What a program could look into for its test. */
export const REMOVE_CHECKED = ['/usr/bin/rm', CHECKED]

/** The compiler and what it knows of the library, where boxes see them. */
export async function shareTypeScript(workshop: Workshop): Promise<void> {
  const { fence } = workshop
  await workshop.once('typescript', async () => {
    const folder = compilerFolder()
    mkdirSync(join(fence.supportFolder, FOLDER))
    for (const name of readdirSync(folder)) shareFile(join(folder, name), fence, `${FOLDER}/${name}`)
    return {}
  })
}

/** It is a program for each platform, which needs no Node around it. */
function compilerFolder(): string {
  const main = createRequire(import.meta.url).resolve('typescript/package.json')
  const name = `@typescript/typescript-${process.platform}-${process.arch}`
  return join(dirname(createRequire(main).resolve(`${name}/package.json`)), 'lib')
}
