/** A program of the clang family in, its release out. */
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'

export interface Release {
  /** For example `19.1.7`. */
  readonly version: string
  /** With who built it and as what: `Debian clang version 19.1.7 (3~deb12u1)`. Equal names are equal code. */
  readonly name: string
}

/** By program and the file that it was: a build's parts ask the same few again and again. */
const known = new Map<string, Release>()

/** `askRelease('/usr/bin/clang-19')` gives what `--version` prints first; undefined for what is no clang. */
export function askRelease(program: string): Release | undefined {
  const file = statSync(program, { bigint: true, throwIfNoEntry: false })
  const key = `${program} ${file?.ino} ${file?.size} ${file?.mtimeNs}`
  const release = known.get(key) ?? runVersion(program)
  // A name that the PATH is searched for says nothing of its file.
  if (file !== undefined && release !== undefined) known.set(key, release)
  return release
}

function runVersion(program: string): Release | undefined {
  const run = spawnSync(program, ['--version'], { encoding: 'utf8', timeout: 20_000 })
  const [name, version] = /^.*clang version (\d+\.\d+\.\d+).*$/m.exec(run.stdout ?? '') ?? []
  return name === undefined || version === undefined ? undefined : { version, name }
}
