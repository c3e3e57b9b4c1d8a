/**
 * Whether clang loads the pass that watches for what the sanitizers do not see. A function with an assumption is
 * compiled with it, and must come out with a check. Another build of clang than the one it was made for shows here.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WATCH_PLUGIN } from '../execute/harness/watch-plugin.ts'
import { probe } from './ask-version.ts'
import type { PartStatus } from './part.ts'

export async function checkWatchPlugin(
  clang: { readonly path: string; readonly version: string } | string,
  env: NodeJS.ProcessEnv,
  plugin = WATCH_PLUGIN,
): Promise<PartStatus> {
  if (!existsSync(plugin)) return { status: 'missing' }
  if (typeof clang === 'string') return { status: 'broken', found: plugin, problem: clang }
  const folder = await mkdtemp(join(tmpdir(), 'gepo-doctor-'))
  try {
    const source = join(folder, 'assumption.c')
    await writeFile(source, 'int f(int x) { __builtin_assume(x > 0); return x; }')
    const flags = ['-fsanitize=address,undefined', `-fpass-plugin=${plugin}`, '-S', '-emit-llvm', '-o', '-']
    const { stdout, failure } = await probe(clang.path, [...flags, source], env)
    if (failure !== undefined) return { status: 'broken', found: plugin, problem: failure }
    if (stdout.includes('@gepo_undefined('))
      return { status: 'ok', found: plugin, version: `for clang ${clang.version}` }
    return { status: 'broken', found: plugin, problem: 'an assumption was compiled without a check' }
  } finally {
    await rm(folder, { recursive: true })
  }
}
