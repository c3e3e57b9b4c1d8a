/**
 * A kind and a span of time in, the sums of its steps out. Each finding becomes a folder of its own with what the kind
 * keeps of the case, what was said, and the command that goes over the case again.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Finding, FuzzKind } from './fuzz-kind.ts'

export interface RunOptions {
  readonly minutes: number
  readonly seed: number
  /** Steps, at most. */
  readonly steps: number
  readonly jobs: number
  /** Folder that the findings' folders are made in. */
  readonly out: string
  readonly signal: AbortSignal
  readonly report: (line: string) => void
}

export interface RunSummary {
  readonly minutes: number
  readonly firstSeed: number
  readonly steps: number
  readonly counts: Readonly<Record<string, number>>
  readonly findings: number
}

export async function runKind(name: string, kind: FuzzKind, options: RunOptions): Promise<RunSummary> {
  const { jobs, signal, out } = options
  const start = performance.now()
  const minutes = () => (performance.now() - start) / 60_000
  const counts: Record<string, number> = {}
  let steps = 0
  let found = 0
  const open = await kind.open({ jobs, signal })
  try {
    while (minutes() < options.minutes && steps < options.steps && !signal.aborted) {
      const seed = options.seed + steps * kind.seedsPerStep
      const folder = mkdtempSync(join(tmpdir(), 'gepo-fuzz-'))
      try {
        const { counts: added, findings } = await open.step(seed, folder)
        for (const [what, count] of Object.entries(added)) counts[what] = (counts[what] ?? 0) + count
        for (const finding of findings)
          save(join(out, `${name}-${seed}-${finding.name}`), finding, name, seed)
        found += findings.length
        for (const finding of findings) options.report(`seed ${seed}: ${finding.said.split('\n', 1)[0]}`)
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
      steps++
      options.report(`${minutes().toFixed(1)} min: ${steps} steps, ${found} findings`)
    }
  } finally {
    await open.close()
  }
  return { minutes: Number(minutes().toFixed(1)), firstSeed: options.seed, steps, counts, findings: found }
}

function save(folder: string, { said, keep }: Finding, name: string, seed: number): void {
  mkdirSync(folder, { recursive: true })
  for (const file of keep) cpSync(file, join(folder, basename(file)), { recursive: true })
  const again = `npm run fuzz -- --kind ${name} --seed ${seed} --steps 1`
  writeFileSync(join(folder, 'said.txt'), `${said}\n\nAgain: ${again}\n`, { flag: 'a' })
}
