/** An engine in, the same engine out that keeps count of what is asked of it and how long each kind of work takes. */
import type { CodeEngine } from '../src/execute/code-engine.ts'

export interface Tally {
  calls: number
  items: number
  ms: number
}

export interface MeteredEngine extends CodeEngine {
  /** By kind of work: `emit O2`, `build asan`, `run msan`, ... An item of a run is one input. */
  readonly tallies: ReadonlyMap<string, Tally>
}

export function meterEngine(engine: CodeEngine): MeteredEngine {
  const tallies = new Map<string, Tally>()
  async function timed<T>(kind: string, items: (result: T) => number, work: () => Promise<T>): Promise<T> {
    const start = performance.now()
    const result = await work()
    const tally = tallies.get(kind) ?? { calls: 0, items: 0, ms: 0 }
    tally.calls++
    tally.items += items(result)
    tally.ms += performance.now() - start
    tallies.set(kind, tally)
    return result
  }
  const one = () => 1
  return {
    ...engine,
    tallies,
    emitIr: (code, level, options) =>
      timed(`emit ${options?.debug ? 'types' : level}`, one, () => engine.emitIr(code, level, options)),
    build: (code, build, entryPoint) =>
      timed(`build ${build}${code.flags.includes('ir') ? ' of IR' : ''}`, one, () =>
        engine.build(code, build, entryPoint),
      ),
    run: (jobs) =>
      timed(
        `run ${jobs[0]?.executable.build}`,
        (outcomes) => outcomes.flat().length,
        () => engine.run(jobs),
      ),
    explore: (executable, explorations) =>
      timed(
        'explore',
        (explored) => explored.length,
        () => engine.explore(executable, explorations),
      ),
  }
}
