/** A unit runner with the harness's objects loaded for good and the units' for as long as their unit lasts. */
import { readFile } from 'node:fs/promises'
import { once } from '../../base/once.ts'
import type { RunnerBuild } from './find-unit-runner.ts'
import { openUnitRunner, type UnitRunner } from './open-unit-runner.ts'

export interface HostedObjects {
  readonly runner: UnitRunner
  /** Kept until `unloadUnits`. */
  load(object: Uint8Array): number
  /** Kept as long as the runner; read once. */
  loadFile(path: string): Promise<number>
  unloadUnits(): void
}

export async function openHostedObjects(build: RunnerBuild): Promise<HostedObjects> {
  const runner = await openUnitRunner({ build })
  const files = new Map<string, Promise<number>>()
  let units: number[] = []
  return {
    runner,
    load(object) {
      const id = runner.load(object)
      units.push(id)
      return id
    },
    loadFile: (path) => once(files, path, async () => runner.load(await readFile(path))),
    unloadUnits() {
      runner.unload(units)
      units = []
    },
  }
}
