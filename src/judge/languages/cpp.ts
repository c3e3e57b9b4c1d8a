/**
 * C++ as contests take it. Most answers include all of the standard library at once (bits/stdc++.h), which takes g++
 * most of its time; a precompiled copy of that header, made once for a judge, lies where g++ looks first.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SUPPORT } from '../box-command.ts'
import type { BoxFile } from '../box-frames.ts'
import { callDriver } from '../call-driver.ts'
import type { Workshop } from '../workshop.ts'
import { compile } from './build-steps.ts'
import { cppCallFiles } from './cpp-call.ts'
import type { LanguageDefinition } from './language-definition.ts'
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
  takesCalls: true,
  outOfMemory: /std::bad_alloc/,
  async build(job) {
    const gxx = job.programs.gxx!
    // For a single answer the header would cost more than it saves.
    const answers = await job.workshop.once('cpp answers', async () => ({ count: 0 }))
    if (++answers.count > 1)
      await job.workshop.once('cpp headers', () => precompileHeaders(gxx, job.workshop))
    const how = { command: ['/box/answer'], stackBytes: nativeStackBytes(job.limits) }
    const answer = { path: 'answer.cpp', content: job.code }
    const compiler = [gxx, ...FLAGS, '-I', `${SUPPORT}/${HEADERS}`, '-o', 'answer']
    if (job.calls === undefined) return compile(job, [answer], [[...compiler, answer.path]], how)
    const [file, other] = cppCallFiles(job.code, job.calls) ?? []
    if (file === undefined)
      return { kind: 'compile-error', message: `there is no function ${job.calls.name}` }
    const build = (each: BoxFile) => {
      const files = [each, callDriver('call.h'), callDriver('call.cpp')]
      // The answer's own main, if it has one, is not run.
      return compile(job, files, [[...compiler, '-Wl,--wrap=main', each.path, 'call.cpp']], how)
    }
    const built = await build(file)
    if (built.kind !== 'compile-error' || other === undefined) return built
    const completed = await build(other)
    return completed.kind === 'compile-error' ? built : completed
  },
}

/** The system's own header, so nothing untrusted is read. Without it answers compile all the same, more slowly. */
async function precompileHeaders(gxx: string, { fence, closing }: Workshop): Promise<object> {
  const folder = join(fence.supportFolder, HEADERS, 'bits')
  mkdirSync(folder, { recursive: true })
  const header = join(folder, 'stdc++.h')
  writeFileSync(header, '#include_next <bits/stdc++.h>\n')
  // Under another name first: boxes must not see half of it.
  const args = [...FLAGS, '-x', 'c++-header', '-o', `${header}.part`, header, '-I', join(folder, '..')]
  // Loaded here: whoever only reads answers needs the languages and starts nothing.
  const { execa } = await import('execa')
  // A group of its own, as the compiler proper is a child of g++ and outlives it.
  const compiling = execa(gxx, args, { reject: false, stdio: 'ignore', detached: true })
  const stop = () => {
    try {
      process.kill(-compiling.pid!, 'SIGKILL')
    } catch {
      // It has just ended, or never began.
    }
  }
  closing.addEventListener('abort', stop, { once: true })
  const { failed } = await compiling
  closing.removeEventListener('abort', stop)
  if (!failed) renameSync(`${header}.part`, `${header}.gch`)
  return {}
}
