/**
 * Whether clang loads the passes for builds that are watched. A function with an assumption must come out with a check,
 * and one that asks for its mutant with as many edges counted as the mutant has alone. Another build of clang than the
 * one that they were made for shows here, and passes made from older sources.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BUILD_FLAGS } from '../execute/harness/harness-objects.ts'
import { WATCH_PLUGIN } from '../execute/harness/watch-plugin.ts'
import { SELECTOR } from '../mutate/write-beside.ts'
import { probe } from './ask-version.ts'
import type { PartStatus } from './part.ts'

const PROBES = [
  {
    code: 'int f(int x) { __builtin_assume(x > 0); return x; }',
    flags: BUILD_FLAGS.asan,
    holds: (ir: string) => ir.includes('@gepo_undefined('),
    problem: 'an assumption was compiled without a check',
  },
  {
    code: `extern int ${SELECTOR}; int f(int x) { return ${SELECTOR} == 1 ? x + 1 : x; }`,
    flags: BUILD_FLAGS.cover,
    holds: (ir: string) => ir.split('call void @__sanitizer_cov_trace_pc_guard(').length === 2,
    problem: 'what asks for a mutant was counted',
  },
] as const

export async function checkWatchPlugin(
  clang: { readonly path: string; readonly version: string } | string,
  env: NodeJS.ProcessEnv,
  plugin = WATCH_PLUGIN,
): Promise<PartStatus> {
  if (!existsSync(plugin)) return { status: 'missing' }
  if (typeof clang === 'string') return { status: 'broken', found: plugin, problem: clang }
  const folder = await mkdtemp(join(tmpdir(), 'gepo-doctor-'))
  try {
    for (const { code, flags, holds, problem } of PROBES) {
      const source = join(folder, 'probe.c')
      await writeFile(source, code)
      const all = [...flags, `-fpass-plugin=${plugin}`, '-S', '-emit-llvm', '-o', '-', source]
      const { stdout, failure } = await probe(clang.path, all, env)
      if (failure !== undefined || !holds(stdout))
        return { status: 'broken', found: plugin, problem: failure ?? problem }
    }
    return { status: 'ok', found: plugin, version: `for clang ${clang.version}` }
  } finally {
    await rm(folder, { recursive: true })
  }
}
