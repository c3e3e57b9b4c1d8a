/** The check as one archive: unpacked anywhere, `gepo-check-gpu/run` needs Python with PyTorch, CMake, Ninja and a compiler. */
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { hashSources } from '../../scripts/build-native.mjs'
import { UserError } from '../../src/base/user-error.ts'
import { ROOT } from './build-engine.ts'
import { gpuTests } from './gpu-tests.ts'
import { followImports } from './imports.ts'
import { FILES, isWanted, packageFolders, RUNNERS } from './pack-list.ts'
import { PARTS } from './plan.ts'

const NAME = 'gepo-check-gpu'
const HEADERS = ['node_api.h', 'node_api_types.h', 'js_native_api.h', 'js_native_api_types.h']
const RUN = `#!/bin/sh
# The check with the Node that came along; see bench/check-gpu/run.ts for its options.
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/node/bin/node" "$here/bench/check-gpu/run.ts" "$@"
`

/**
 * @param prebuilt a folder with built engines, each in one named after its release of libtorch, as native/trainer/build has
 *   them: `2.11.0/trainer.node`, with `gepo-sources`, which says what it was built from
 * @returns bytes of the archive
 * @throws UserError
 */
export function writePack(file: string, prebuilt: string | undefined): number {
  const engines = prebuilt === undefined ? [] : enginesIn(prebuilt)
  const stage = mkdtempSync(join(tmpdir(), 'gepo-pack-'))
  try {
    fill(join(stage, NAME), engines)
    const { status, stderr, error } = spawnSync('tar', ['-cJf', resolve(file), '-C', stage, NAME], {
      env: { XZ_OPT: '-6 -T0', ...process.env },
      encoding: 'utf8',
    })
    if (status !== 0) {
      throw new UserError(
        `tar could not write ${file} (${error?.message ?? lastLine(stderr)}): name another place, and see that tar and xz are there.`,
      )
    }
    return statSync(file).size
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

const lastLine = (text: string) => text.trim().split('\n').at(-1)

/**
 * Their folders. What else lies there, a pack that was written there before, stays.
 *
 * @throws UserError where there is no engine, or one of other sources, whose figures would be taken for those of today's
 */
function enginesIn(prebuilt: string): string[] {
  const names = existsSync(prebuilt) ? readdirSync(prebuilt) : []
  const engines = names
    .map((name) => join(prebuilt, name))
    .filter((engine) => existsSync(join(engine, 'trainer.node')))
  if (engines.length === 0) {
    throw new UserError(
      `${prebuilt} has no built engine: put each into a folder named after its release of libtorch, 2.11.0/trainer.node.`,
    )
  }
  const sources = hashSources(join(ROOT, 'native/trainer'))
  const other = engines.find((engine) => sourcesOf(engine) !== sources)
  if (other === undefined) return engines
  throw new UserError(
    `${other} was built from other sources than these, or does not say from which: build it again, and take gepo-sources along from native/trainer/build.`,
  )
}

function sourcesOf(engine: string): string | undefined {
  const stamp = join(engine, 'gepo-sources')
  return existsSync(stamp) ? readFileSync(stamp, 'utf8').split(' ')[0] : undefined
}

function fill(target: string, engines: readonly string[]): void {
  const copy = (path: string, isTaken: (path: string) => boolean) => {
    mkdirSync(dirname(join(target, path)), { recursive: true })
    cpSync(join(ROOT, path), join(target, path), {
      recursive: true,
      dereference: true,
      filter: (from) => isTaken(relative(ROOT, from)),
    })
  }
  const entries = ['run.ts', ...PARTS.map(({ name }) => `parts/${name}.ts`)].map(
    (name) => `bench/check-gpu/${name}`,
  )
  const imported = followImports(ROOT, [...entries, ...gpuTests(ROOT)])
  const sources = imported.files.filter((path) => !FILES.some((taken) => path.startsWith(`${taken}/`)))
  for (const path of [...FILES, ...sources]) copy(path, (from) => !/^native\/trainer\/build/.test(from))
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))
  const platform = `${process.platform}-${process.arch}`
  for (const path of packageFolders([...imported.packages, ...RUNNERS], packages)) {
    // Packages for other machines are not installed here.
    if (statSync(join(ROOT, path), { throwIfNoEntry: false })) copy(path, (from) => isWanted(from, platform))
  }
  const node = dirname(dirname(process.execPath))
  mkdirSync(join(target, 'node/bin'), { recursive: true })
  cpSync(process.execPath, join(target, 'node/bin/node'))
  for (const header of HEADERS)
    cpSync(join(node, 'include/node', header), join(target, 'node/include/node', header))
  for (const engine of engines) {
    cpSync(engine, join(target, 'prebuilt', basename(engine)), { recursive: true, dereference: true })
  }
  writeFileSync(join(target, 'run'), RUN, { mode: 0o755 })
}
