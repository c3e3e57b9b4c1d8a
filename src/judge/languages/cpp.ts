/**
 * C++ as contests take it. Most answers include all of the standard library at once (bits/stdc++.h), which takes g++
 * most of its time; a precompiled copy of that header, made once for a judge, lies where g++ looks first.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SUPPORT } from '../box-command.ts'
import { callDriver } from '../call-driver.ts'
import { cFamilyTest, removeSources } from '../code-tests/c-family.ts'
import type { Workshop } from '../workshop.ts'
import { compile, compileFirst } from './build-steps.ts'
import { compileOutside } from './compile-outside.ts'
import { CALL_ANSWER_IN_CPP, cppCallFiles } from './cpp-call.ts'
import type { CodeTestJob, LanguageDefinition } from './language-definition.ts'
import { compileNativeCaller, NATIVE_CALLER } from './native-caller.ts'
import { nativeStackBytes } from './native-stack.ts'

/** A precompiled header fits only where the flags are the same. */
const FLAGS = ['-std=gnu++17', '-O2', '-w', '-pipe']
const HEADERS = 'cpp'

export const cpp: LanguageDefinition = {
  language: 'cpp',
  tags: ['cpp', 'c++', 'cc', 'cxx'],
  aptPackage: 'g++',
  programs: { gxx: ['g++'] },
  version: { args: ['--version'], pattern: /(\d+\.\d+\.\d+)/ },
  outOfMemory: /std::bad_alloc/,
  async buildCodeTest(job, test) {
    const compiler = await compilerFor(job)
    const put = cFamilyTest(job.code, test, 'cpp')
    return compile(
      job,
      put.files,
      [
        [job.programs.gxx!, '-x', 'c', ...put.driverArguments],
        [...compiler, ...put.linkArguments, ...allHeadersFirst(job.code), 'answer.cpp'],
        removeSources(put),
      ],
      howToRun(job),
    )
  },
  async build(job) {
    const compiler = await compilerFor(job)
    const how = howToRun(job)
    const answer = { path: 'answer.cpp', content: job.code }
    const early = allHeadersFirst(job.code)
    if (job.calls === undefined) return compile(job, [answer], [[...compiler, ...early, answer.path]], how)
    const forms = cppCallFiles(job.code, job.calls)
    if (forms === undefined)
      return { kind: 'compile-error', message: `there is no function ${job.calls.name}` }
    const caller = await job.workshop.once('native caller', () =>
      compileNativeCaller(job.programs.gxx!, job.workshop),
    )
    if (caller.failure !== undefined) return { kind: 'sandbox-error', detail: caller.failure }
    const files = forms.map((form) => [form, callDriver('call.h')])
    // The answer's own main, if it has one, is not run.
    const command = [...compiler, ...early, '-Wl,--wrap=main', CALL_ANSWER_IN_CPP, NATIVE_CALLER]
    return compileFirst(job, files, [command], how)
  },
}

/** Behind other headers of the system alone, where including all of them first says the same. */
const ALL_HEADERS =
  /^(?:\s|\/\/(?:[^\\\n]|\\[^\n])*\n|\/\*(?:[^*]|\*(?!\/))*\*\/|#[ \t]*include[ \t]*<[\w./+]+>)*#[ \t]*include[ \t]*[<"]bits\/stdc\+\+\.h[>"]/

/** What makes the compiler take the precompiled header, which it does only before any other text, for an answer that wants it. */
const allHeadersFirst = (code: string): readonly string[] =>
  ALL_HEADERS.test(code) ? ['-include', 'bits/stdc++.h'] : []

const howToRun = ({ limits }: CodeTestJob) => ({
  command: ['/box/answer'],
  stackBytes: nativeStackBytes(limits),
})

async function compilerFor({ programs, workshop }: CodeTestJob): Promise<readonly string[]> {
  const gxx = programs.gxx!
  // For a single answer the header would cost more than it saves.
  const answers = await workshop.once('cpp answers', async () => ({ count: 0 }))
  if (++answers.count > 1) await workshop.once('cpp headers', () => precompileHeaders(gxx, workshop))
  return [gxx, ...FLAGS, '-I', `${SUPPORT}/${HEADERS}`, '-o', 'answer']
}

/** The system's own header, so nothing untrusted is read. Without it answers compile all the same, more slowly. */
async function precompileHeaders(gxx: string, { fence, closing }: Workshop): Promise<object> {
  const folder = join(fence.supportFolder, HEADERS, 'bits')
  mkdirSync(folder, { recursive: true })
  const header = join(folder, 'stdc++.h')
  writeFileSync(header, '#include_next <bits/stdc++.h>\n')
  // Under another name first: boxes must not see half of it.
  const args = [...FLAGS, '-x', 'c++-header', '-o', `${header}.part`, header, '-I', join(folder, '..')]
  const failure = await compileOutside([gxx, ...args], closing)
  if (failure === undefined) renameSync(`${header}.part`, `${header}.gch`)
  return {}
}
