/**
 * Go, by its compiler and linker alone: `go build` would compile the standard library for each answer anew, where
 * nothing can be kept. That is compiled once for a judge, or taken from the user's own cache of builds.
 */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SUPPORT } from '../box-command.ts'
import { callDriverPath } from '../call-driver.ts'
import { goTest, importList } from '../code-tests/go.ts'
import { shareFile, type Workshop } from '../workshop.ts'
import { compile, compileFirst } from './build-steps.ts'
import { compileCaller } from './compile-outside.ts'
import { goCallFiles } from './go-call.ts'
import type { BuildJob, Built, LanguageDefinition } from './language-definition.ts'

const FOLDER = 'go'
const SUPPORT_FOLDER = `${SUPPORT}/${FOLDER}`
/** Those of the library. */
const PACKAGES = `${SUPPORT_FOLDER}/packages`
/** Beside them the driver of calls and, where it comes to lie, the answer. */
const CALL_PACKAGES = `${SUPPORT_FOLDER}/call-packages`

/** What no answer can use here, or needs: networks, certificates, Go's own tools, tests. */
const LEFT_OUT =
  /^(?:archive|database|debug|expvar|go|html|image|net|plugin|testing\/\w+|vendor|cmd|crypto\/(?:tls|x509|internal)|log\/syslog|mime|internal|runtime\/(?:cgo|coverage|race|pprof|trace)|os\/user)(?:\/|$)/

export const go: LanguageDefinition = {
  language: 'go',
  tags: ['go', 'golang'],
  aptPackage: 'golang-go',
  programs: { go: ['go', '/usr/local/go/bin/go'] },
  version: { args: ['version'], pattern: /go(\d+\.\d+(?:\.\d+)?)/ },
  outOfMemory: /runtime: out of memory|cannot allocate memory/,
  async buildCodeTest(job, test) {
    const packages = await job.workshop.once('go packages', () =>
      compilePackages(job.programs.go!, job.workshop),
    )
    if (packages.kind === 'failed') return { kind: 'sandbox-error', detail: packages.detail }
    const put = goTest(job.code, test.code)
    if ('problem' in put) return { kind: 'compile-error', message: put.problem }
    const { tools } = packages
    const compiler = (name: string, list: string, output: string) => [
      ...[`${tools}/compile`, '-p', name, '-importcfg', list, '-pack', '-o', output],
    ]
    const list = importList(join(job.workshop.fence.supportFolder, FOLDER, 'packages'), put.packages)
    const files = [...put.files, list]
    return compile(
      job,
      files,
      [
        ...put.packages.map(({ path, file }) => [
          ...compiler(path, PACKAGES, file.replace(/\.go$/, '.a')),
          file,
        ]),
        [...compiler('main', list.path, 'answer.a'), 'driver.go', 'answer.go'],
        [`${tools}/link`, '-importcfg', list.path, '-s', '-w', '-o', 'answer', 'answer.a'],
        ['/usr/bin/rm', 'answer.a', ...files.map(({ path }) => path)],
      ],
      { command: ['/box/answer'] },
    )
  },
  async build(job) {
    const packages = await job.workshop.once('go packages', () =>
      compilePackages(job.programs.go!, job.workshop),
    )
    if (packages.kind === 'failed') return { kind: 'sandbox-error', detail: packages.detail }
    const { tools } = packages
    if (job.calls !== undefined) return buildCall(job, tools)
    return compile(
      job,
      [{ path: 'answer.go', content: job.code }],
      [
        [`${tools}/compile`, '-p', 'main', '-importcfg', PACKAGES, '-pack', '-o', 'answer.a', 'answer.go'],
        [`${tools}/link`, '-importcfg', PACKAGES, '-s', '-w', '-o', 'answer', 'answer.a'],
      ],
      { command: ['/box/answer'] },
    )
  },
}

/** The answer is a package that the program imports. */
async function buildCall(job: BuildJob, tools: string): Promise<Built> {
  const caller = await job.workshop.once('go caller', () =>
    compileCaller(job.workshop, FOLDER, (folder) => [
      [
        ...[`${tools}/compile`, '-importcfg', join(folder, 'packages-here'), '-p', 'gepo/call', '-pack'],
        ...['-o', join(folder, 'call.a'), callDriverPath('call.go')],
      ],
    ]),
  )
  if (caller.failure !== undefined) return { kind: 'sandbox-error', detail: caller.failure }
  const compiler = [`${tools}/compile`, '-importcfg', CALL_PACKAGES, '-pack']
  const commands = [
    [...compiler, '-p', 'answer', '-o', 'answer.a', 'answer.go', 'entry.go'],
    [...compiler, '-p', 'main', '-o', 'main.a', 'main.go'],
    [`${tools}/link`, '-importcfg', CALL_PACKAGES, '-s', '-w', '-o', 'answer', 'main.a'],
  ]
  return compileFirst(job, goCallFiles(job.code, job.calls!), commands, { command: ['/box/answer'] })
}

/** What runs the functions of a test in the form of code, as it runs those of every test in Go. */
const TEST_RUNNER = 'testing/internal/testdeps'

type Packages =
  /** `tools`: the folder of the compiler, as boxes see it too. */
  { readonly kind: 'compiled'; readonly tools: string } | { readonly kind: 'failed'; readonly detail: string }

async function compilePackages(goPath: string, { fence, closing }: Workshop): Promise<Packages> {
  // Loaded here: whoever only reads answers needs the languages and starts nothing.
  const { execa } = await import('execa')
  const ask = async (...args: string[]) => {
    const env = { GOFLAGS: '', GO111MODULE: 'off', CGO_ENABLED: '0' }
    const run = await execa(goPath, args, {
      env,
      cwd: fence.supportFolder,
      reject: false,
      cancelSignal: closing,
    })
    return run.failed
      ? { failure: `go ${args[0]}: ${run.stderr || run.shortMessage}` }
      : { lines: run.stdout.split('\n') }
  }
  const all = await ask('list', 'std')
  const wanted = [...(all.lines?.filter((name) => !LEFT_OUT.test(name)) ?? []), TEST_RUNNER]
  const format = '{{if .Export}}{{.ImportPath}}={{.Export}}{{end}}'
  const listed = await ask('list', '-export', '-deps', '-f', format, ...wanted)
  const found = await ask('env', 'GOTOOLDIR')
  const detail = all.failure ?? listed.failure ?? found.failure
  if (detail !== undefined) return { kind: 'failed', detail }
  const folder = join(fence.supportFolder, FOLDER)
  mkdirSync(folder)
  const names = listed.lines!.map((line, index) => {
    const [name, path] = line.split('=')
    shareFile(path!, fence, `${FOLDER}/${index}.a`)
    return name!
  })
  const listIn = (place: string) =>
    names.map((name, index) => `packagefile ${name}=${place}/${index}.a\n`).join('')
  const tools = found.lines![0]!
  writeFileSync(join(folder, 'packages'), listIn(SUPPORT_FOLDER))
  writeFileSync(
    join(folder, 'call-packages'),
    `${listIn(SUPPORT_FOLDER)}packagefile gepo/call=${SUPPORT_FOLDER}/call.a\npackagefile answer=/box/answer.a\n`,
  )
  writeFileSync(join(folder, 'packages-here'), listIn(folder))
  return { kind: 'compiled', tools }
}
