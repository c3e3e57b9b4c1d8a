/** What a run's record says about the tools that made it. */
import { readFileSync } from 'node:fs'
import { arch, release } from 'node:os'
import path from 'node:path'
import { PACKAGE_ROOT } from '../base/package-root.ts'
import { locateTools } from '../toolchain/locate-tools.ts'

export interface Versions {
  /** What groups depend on. */
  readonly versions: Readonly<Record<string, string>>
  /** What is worth knowing when something surprises. */
  readonly environment: Readonly<Record<string, string>>
}

export function describeVersions(): Versions {
  const { version } = JSON.parse(readFileSync(path.join(PACKAGE_ROOT, 'package.json'), 'utf8'))
  return {
    versions: { gepo: version, clang: locateTools().clangVersion, arch: arch() },
    environment: { node: process.version, kernel: release() },
  }
}
