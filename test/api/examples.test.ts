/** docs/api.md: its examples, checked by the compiler and run against the package as it is published, print what it says. */
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { beforeAll, describe, expect, it } from 'vitest'
import { scratchFolder } from '../scratch-folder.ts'
import { NO_ENGINE } from '../train/tensor-engine/open-tiny.ts'

const ROOT = join(import.meta.dirname, '../..')
const TSC = join(ROOT, 'node_modules/.bin/tsc')
const folder = scratchFolder()

/** Title, code and what it prints; a section without an example is none. */
const examples = readFileSync(join(ROOT, 'docs/api.md'), 'utf8')
  .split('\n## ')
  .flatMap((section) => {
    const [, code, output] = /```ts\n(.*?)```\n\n```text\n(.*?)```\n/s.exec(section) ?? []
    const title = section.split('\n', 1)[0]!
    return code === undefined ? [] : [{ title, file: `${title.replaceAll(' ', '-')}.ts`, code, output }]
  })
const entries: Readonly<Record<string, unknown>> = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
).exports

/** A project that has installed the package: its JavaScript and types built anew, its dependencies those of here. */
beforeAll(async () => {
  const installed = join(folder, 'node_modules/gepo')
  mkdirSync(installed, { recursive: true })
  mkdirSync(join(folder, 'node_modules/@types'))
  copyFileSync(join(ROOT, 'package.json'), join(installed, 'package.json'))
  for (const name of ['native', 'node_modules']) symlinkSync(join(ROOT, name), join(installed, name))
  symlinkSync(join(ROOT, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'))
  await execa(TSC, ['-p', join(ROOT, 'tsconfig.build.json'), '--outDir', join(installed, 'dist')])
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
  const compilerOptions = {
    ...{ module: 'nodenext', target: 'es2024', lib: ['es2024'], types: ['node'] },
    ...{ strict: true, noEmit: true, skipLibCheck: false },
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  for (const { file, code } of examples) writeFileSync(join(folder, file), code)
})

describe('docs/api.md', () => {
  it('has an example of each entry', () => {
    const named = examples.map(({ code }) => /from '(gepo[^']*)'/.exec(code)![1]!.replace(/^gepo/, '.'))
    expect(named.sort()).toEqual(Object.keys(entries).sort())
  })

  it('is right about the types, which need no others than those of Node', async () => {
    const { stdout } = await execa(TSC, ['-p', folder], { reject: false })
    expect(stdout).toBe('')
  })

  // In the order of the page: a later example goes on with the files of an earlier one.
  const run = async ({ file, output }: (typeof examples)[number]) => {
    const { stdout } = await execa(process.execPath, [file], { cwd: folder })
    expect(`${stdout}\n`).toBe(output)
  }
  const training = examples.find(({ title }) => title === 'Training')!
  it.each(examples.filter((example) => example !== training))('$title prints what it says', run)
  it.skipIf(NO_ENGINE)(`Training prints what it says ${NO_ENGINE ?? ''}`, () => run(training))
})
