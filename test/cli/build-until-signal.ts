/** Run as a process: `gepo build` with a build that stores a unit and then waits for the signal, or ignores it. */
import { setTimeout } from 'node:timers/promises'
import { processContext } from '../../src/cli/context.ts'
import { main } from '../../src/cli/main.ts'
import type { BuildGroups } from '../../src/pipeline/events.ts'
import { syntheticOutcome, syntheticRun, syntheticSource, syntheticUnit } from '../store/synthetic-records.ts'

const [path, ignore] = process.argv.slice(2)

const build: BuildGroups = async (_config, _sources, store, reporter, signal) => {
  store.beginRun(syntheticRun)
  store.saveSource(syntheticSource(1))
  store.saveExtraction(syntheticSource(1).id, [syntheticUnit(1)], [])
  store.saveUnitOutcome(syntheticOutcome(1))
  reporter.report({ kind: 'note', text: 'waiting' })
  while (ignore !== undefined || !signal.aborted) await setTimeout(5)
  return { kind: 'interrupted', sources: 1, units: 1, groups: 1, drops: 0, seconds: 1 }
}

process.exitCode = await main(['build', 'folder', '--out', path!], {
  ...processContext(),
  loadBuild: async () => build,
})
