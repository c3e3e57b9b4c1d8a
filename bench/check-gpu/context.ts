/** What a part is told, and how it tells: each finding at once, so that none is lost with what comes after it. */
import { execFileSync } from 'node:child_process'

export interface Context {
  readonly device: 'cuda' | 'cpu'
  /** Small models and few tokens: every part is reached within seconds on a CPU, and its figures mean nothing. */
  readonly tiny: boolean
  /** A Python that has PyTorch. */
  readonly python: string
  /** A folder of the whole check's own. */
  readonly scratch: string
}

export function readContext(): Context {
  return JSON.parse(process.argv[3]!)
}

/** Adds to the part's figures in the report. */
export function tell(figures: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(figures)}\n`)
}

/** What the driver counts, the libraries' own and the allocator's reserve with it; undefined without one. */
export function usedGpuBytes(): number | undefined {
  return askGpu('memory.used', (text) => Number(text) * 2 ** 20)
}

export function gpuName(): string | undefined {
  return askGpu('name', (text) => text)
}

function askGpu<T>(field: string, read: (text: string) => T): T | undefined {
  try {
    const args = [`--query-gpu=${field}`, '--format=csv,noheader,nounits']
    return read(execFileSync('nvidia-smi', args, { encoding: 'utf8', stdio: 'pipe' }).split('\n')[0]!.trim())
  } catch {
    return undefined
  }
}

export async function timed<T>(
  work: () => Promise<T>,
): Promise<{ readonly seconds: number; readonly result: T }> {
  const startedAt = performance.now()
  const result = await work()
  return { seconds: (performance.now() - startedAt) / 1000, result }
}

export function round(value: number, digits = 3): number {
  return Number(value.toPrecision(digits))
}

export const gib = (bytes: number) => round(bytes / 2 ** 30, 4)
