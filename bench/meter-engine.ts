/** An engine in, the same engine out that keeps count of what is asked of it and what each kind of work takes. */
import type { Code } from '../src/compile/code.ts'
import type { CodeEngine } from '../src/execute/code-engine.ts'
import type { ProcessorClock } from './processor-clock.ts'

export interface Tally {
  calls: number
  items: number
  processorMs: number
}

export interface MeteredEngine extends CodeEngine {
  /** By kind of work: `emit O2`, `build asan`, `run msan`, ... An item of a run is one input. */
  readonly tallies: Map<string, Tally>
}

const TOGETHER = ' of mutants together'

function kindOf({ text, flags }: Code): string {
  if (flags.includes('ir')) return ' of IR'
  return text.includes('gepo_selected_mutant') ? TOGETHER : ''
}

export function meterEngine(engine: CodeEngine, clock: ProcessorClock): MeteredEngine {
  const tallies = new Map<string, Tally>()
  async function timed<T>(kind: string, items: (result: T) => number, work: () => Promise<T>): Promise<T> {
    const start = clock.ms()
    const result = await work()
    const tally = tallies.get(kind) ?? { calls: 0, items: 0, processorMs: 0 }
    tally.calls++
    tally.items += items(result)
    tally.processorMs += clock.ms() - start
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
      timed(`build ${build}${kindOf(code)}`, one, () => engine.build(code, build, entryPoint)),
    run: (jobs) =>
      timed(
        `run ${jobs[0]?.executable.build}${jobs.some(({ executable }) => executable.mutant) ? TOGETHER : ''}`,
        (outcomes) => outcomes.flat().length,
        () => engine.run(jobs),
      ),
    explore: (executable, explorations) =>
      timed(
        'explore',
        (explored) => explored.length,
        () => engine.explore(executable, explorations),
      ),
    replay: (executable, replays) =>
      timed(
        'replay',
        (explored) => explored.length,
        () => engine.replay(executable, replays),
      ),
  }
}
