/**
 * C++ as contests take it. Most answers include all of the standard library at once (bits/stdc++.h), which takes g++
 * most of its time; a precompiled copy of that header, made once for a judge, lies where g++ looks first.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SUPPORT } from '../box-command.ts'
import { callDriver } from '../call-driver.ts'
import type { Workshop } from '../workshop.ts'
import { compile } from './build-steps.ts'
import type { LanguageDefinition } from './language-definition.ts'
import { nativeStackBytes } from './native-stack.ts'

/** A precompiled header fits only where the flags are the same. */
const FLAGS = ['-std=c++17', '-O2', '-w', '-pipe']
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
    const command = ['/box/answer']
    const answer = { path: 'answer.cpp', content: job.code }
    const compiler = [gxx, ...FLAGS, '-I', `${SUPPORT}/${HEADERS}`, '-o', 'answer']
    const how = { command, stackBytes: nativeStackBytes(job.limits) }
    if (job.call === undefined) return compile(job, [answer], [[...compiler, answer.path]], how)
    const driver = callDriver('call.cpp')
    const name = /\bclass\s+Solution\b|\bstruct\s+Solution\b/.test(job.code)
      ? `Solution::${job.call}`
      : job.call
    return compile(job, [answer, driver], [[...compiler, `-DGEPO_FUNCTION=${name}`, driver.path]], how)
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
