/** What a run's record says about the tools that made it. */
import { arch, release } from 'node:os'
import { packageVersion } from '../base/package-version.ts'
import { locateTools } from '../toolchain/locate-tools.ts'

export interface Versions {
  /** What groups depend on. */
  readonly versions: Readonly<Record<string, string>>
  /** What is worth knowing when something surprises. */
  readonly environment: Readonly<Record<string, string>>
}

export function describeVersions(): Versions {
  return {
    versions: { gepo: packageVersion(), clang: locateTools().clangVersion, arch: arch() },
    environment: { node: process.version, kernel: release() },
  }
}
