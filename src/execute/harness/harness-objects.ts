/** The C files of native/harness, compiled once per content and compiler into the user's cache. */
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { PACKAGE_ROOT } from '../../base/package-root.ts'
import { UserError } from '../../base/user-error.ts'
import { LLVM_MAJOR, setupCommand } from '../../toolchain/locate-tools.ts'
import { type BuildKind, countsEdges } from '../build-kind.ts'
import { WATCH_PLUGIN } from './watch-plugin.ts'

const HARNESS_FOLDER = path.join(PACKAGE_ROOT, 'native/harness')
const FILES = [
  'guard',
  'start',
  'stdin-on-demand',
  'coverage',
  'comparisons',
  'call',
  'undefined',
  'formats',
] as const

// By the compiler's own flags: the driver's -fsanitize-coverage would also link a runtime that catches crashes.
// Every block is counted, not only those that tell paths apart: an empty endless loop must use up fuel too.
const COVERAGE = [
  '-Xclang',
  '-fsanitize-coverage-trace-pc-guard',
  '-Xclang',
  '-fsanitize-coverage-type=3',
  '-mllvm',
  '-sanitizer-coverage-prune-blocks=0',
] as const

/** What makes a build what it is; the same for a unit's code and for the harness around it. */
export const BUILD_FLAGS: Readonly<Record<BuildKind, readonly string[]>> = {
  plain: [],
  cover: COVERAGE,
  trace: [...COVERAGE, '-Xclang', '-fsanitize-coverage-trace-cmp'],
  asan: ['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-fno-omit-frame-pointer'],
  msan: ['-fsanitize=memory', '-fno-sanitize-recover=all', '-fno-omit-frame-pointer'],
}

const WATCHED = `-fpass-plugin=${WATCH_PLUGIN}`

/** The unit's own code is watched (native/watch-undefined), the harness is not. */
export function unitFlags(build: BuildKind): readonly string[] {
  const isWatched = build === 'asan' || build === 'msan'
  return isWatched ? [...BUILD_FLAGS[build], WATCHED] : BUILD_FLAGS[build]
}

/** For a text of many mutants, beside those of the build: what asks there for a mutant's number is not counted. */
export const combinedFlags = (build: BuildKind): readonly string[] => (countsEdges(build) ? [WATCHED] : [])

/** The unit's own code is covered, the harness is not. */
const harnessFlags = (build: BuildKind) => (countsEdges(build) ? [] : BUILD_FLAGS[build])

/** Object files to link with a unit. */
export interface HarnessFiles {
  readonly before: readonly string[]
  readonly behind: readonly string[]
  /** Behind those, for functions alone: programs have their own main. */
  readonly call: string
  /** Script for the real linker; the unit runner lays out every image like that. */
  readonly layout?: string
}

export type HarnessObjects = Readonly<Record<BuildKind, HarnessFiles>>

/**
 * Builds what is not in the cache yet; safe to call from several processes at once.
 *
 * @throws UserError where the plugin that units are watched by is not built
 */
export async function prepareHarness(clang: string): Promise<HarnessObjects> {
  if (!(await exists(WATCH_PLUGIN)))
    throw new UserError(
      `The pass that checks for undefined behaviour is not built: install llvm-${LLVM_MAJOR}-dev, then run \`${setupCommand()}\`.`,
    )
  const folder = await compiledHarness(clang)
  const object = (name: string) => path.join(folder, `${name}.o`)
  const start = object('start.plain')
  const covered = [start, object('stdin-on-demand.plain'), object('coverage.plain')]
  return {
    plain: { before: [], behind: [start], call: object('call.plain') },
    cover: { before: [], behind: covered, call: object('call.plain') },
    trace: { before: [], behind: [...covered, object('comparisons.plain')], call: object('call.plain') },
    asan: {
      before: [object('guard.plain')],
      behind: [start, object('undefined.plain'), object('formats.plain')],
      call: object('call.asan'),
      layout: path.join(HARNESS_FOLDER, 'guard.ld'),
    },
    msan: { before: [], behind: [start], call: object('call.msan') },
  }
}

async function compiledHarness(clang: string): Promise<string> {
  const { stdout: version } = await execa(clang, ['--version'])
  const hash = createHash('sha256').update(version).update(JSON.stringify(BUILD_FLAGS))
  for (const file of FILES) hash.update(await readFile(path.join(HARNESS_FOLDER, `${file}.c`)))
  const cache = path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'gepo')
  const folder = path.join(cache, `harness-${hash.digest('hex').slice(0, 16)}`)
  if (await exists(folder)) return folder
  const temporary = `${folder}.${process.pid}`
  await mkdir(temporary, { recursive: true })
  const compile = (file: string, build: BuildKind) =>
    execa(clang, [
      '-O1',
      '-g0',
      '-fPIC',
      ...harnessFlags(build),
      '-c',
      path.join(HARNESS_FOLDER, `${file}.c`),
      '-o',
      path.join(temporary, `${file}.${build}.o`),
    ])
  for (const file of FILES) await compile(file, 'plain')
  await compile('call', 'asan')
  await compile('call', 'msan')
  try {
    await rename(temporary, folder)
  } catch (error) {
    // Another process was faster: its folder has the same content.
    if (!(await exists(folder))) throw error
    await rm(temporary, { recursive: true, force: true })
  }
  return folder
}

const exists = (file: string) =>
  stat(file).then(
    () => true,
    () => false,
  )
