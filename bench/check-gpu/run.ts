/**
 * `npm run check:gpu [-- --out check-gpu.json] [--parts tests,training] [--seconds 480] [--limits build=400,tests=60]
 * [--python python3]`: shows on any machine with an NVIDIA GPU whether the training engine works there, and how fast it
 * is. Each part is a process with a time limit; the report is written anew whenever there is something to say, so that
 * nothing that was found is lost, with Ctrl-C neither. `--device cpu --tiny` reaches every part on any machine, with
 * figures that mean nothing.
 *
 * `--pack <file> [--prebuilt <folder>]` writes all of this as one archive for machines without network, Node and npm.
 */
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { SetupError } from '../../scripts/setup/setup-error.mjs'
import { UserError } from '../../src/base/user-error.ts'
import { hardware } from '../save-report.ts'
import { prebuiltEnv, torchEnv } from './build-engine.ts'
import type { Context } from './context.ts'
import { writePack } from './pack.ts'
import { type Part, planParts, readLimits, secondsFor } from './plan.ts'
import { type PartReport, runPart } from './run-part.ts'

const OPTIONS = {
  out: { type: 'string', default: 'check-gpu.json' },
  parts: { type: 'string' },
  seconds: { type: 'string', default: '480' },
  limits: { type: 'string' },
  python: { type: 'string' },
  device: { type: 'string', default: 'cuda' },
  tiny: { type: 'boolean', default: false },
  pack: { type: 'string' },
  prebuilt: { type: 'string' },
} as const

/** @throws UserError */
function readOptions() {
  try {
    return parseArgs({ options: OPTIONS }).values
  } catch (error) {
    throw new UserError((error as Error).message)
  }
}
type Options = ReturnType<typeof readOptions>

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** @throws UserError */
function readDevice({ device }: Options): Context['device'] {
  if (device === 'cpu') return 'cpu'
  if (device !== 'cuda') throw new UserError(`--device is cuda or cpu, not ${device}.`)
  if (!existsSync('/dev/nvidiactl') && !existsSync('/dev/dxg')) {
    throw new UserError(
      'There is no NVIDIA driver here: add --device cpu --tiny to see every part run, or use another machine.',
    )
  }
  return 'cuda'
}

/** @throws UserError */
function readSeconds(text: string): number {
  const seconds = Number(text)
  if (seconds > 0) return seconds
  throw new UserError(`--seconds is a number above 0, not ${text}.`)
}

async function check(values: Options): Promise<void> {
  const endAt = performance.now() + readSeconds(values.seconds) * 1000
  const device = readDevice(values)
  const environment = { ...process.env, ...torchEnv(values.python, process.env) }
  const built = prebuiltEnv(environment)
  const plan = planParts({
    names: values.parts?.split(','),
    isBuilt: built !== undefined,
    device,
    ...(values.limits !== undefined && { limits: readLimits(values.limits) }),
  })
  const parts: Record<string, Partial<PartReport> & { readonly shows: string }> = {}
  const describe = () => ({
    check: 'gpu',
    date: new Date().toISOString(),
    machine: hardware(),
    options: values,
    parts,
  })
  /** Why the report of now is not there; undefined: it is. */
  const save = (): string | undefined => {
    try {
      writeFileSync(`${values.out}.part`, `${JSON.stringify(describe(), null, 2)}\n`)
      renameSync(`${values.out}.part`, values.out)
      return undefined
    } catch (error) {
      return (error as Error).message
    }
  }
  const unwritable = save()
  if (unwritable !== undefined) {
    throw new UserError(`The report cannot be written (${unwritable}): name another place by --out.`)
  }
  const scratch = mkdtempSync(join(tmpdir(), 'gepo-check-gpu-'))
  const context: Context = {
    device,
    tiny: values.tiny,
    python: values.python ?? 'python3',
    scratch,
  }
  // What is ended leaves files that nobody would clear away elsewhere.
  const env = { ...environment, ...built, HF_HUB_OFFLINE: '1', TMPDIR: scratch }
  const stopping = new AbortController()
  for (const name of SIGNALS) process.once(name, () => stopping.abort(name))
  const { signal } = stopping
  const run = async (part: Part) => {
    const { name, shows } = part
    const seconds = secondsFor(part, (endAt - performance.now()) / 1000)
    if (signal.aborted || seconds === undefined) {
      const words = signal.aborted ? `The check was ended by ${signal.reason}.` : 'No time was left.'
      parts[name] = { shows, outcome: 'left out', words, figures: {} }
    } else {
      const onFigures = (figures: PartReport['figures']) => {
        parts[name] = { shows, figures }
        save()
      }
      const program = join(import.meta.dirname, 'parts', `${name}.ts`)
      parts[name] = { shows, ...(await runPart(program, { context, env, seconds, signal, onFigures })) }
    }
    save()
    process.stdout.write(`${name}: ${parts[name].outcome}, ${parts[name].seconds ?? 0} s\n`)
    if (parts[name].words) process.stdout.write(`${parts[name].words}\n`)
  }
  try {
    let beside: Promise<void>[] = []
    for (const part of plan) {
      if (part.beside) {
        beside.push(run(part))
        continue
      }
      if (part.timed) {
        await Promise.all(beside)
        beside = []
      }
      await run(part)
    }
    await Promise.all(beside)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  const failed = Object.values(parts).filter(({ outcome }) => outcome !== 'done')
  const unsaved = save()
  if (unsaved === undefined) {
    process.stdout.write(`Written to ${resolve(values.out)}.\n`)
  } else {
    process.stdout.write(`${JSON.stringify(describe(), null, 2)}\n`)
    process.stderr.write(`The report could not be written (${unsaved}): it stands above.\n`)
  }
  if (signal.aborted) process.exitCode = 128 + constants.signals[signal.reason as (typeof SIGNALS)[number]]
  else if (failed.length > 0 || unsaved !== undefined) process.exitCode = 1
}

try {
  const values = readOptions()
  if (values.pack === undefined) await check(values)
  else {
    const bytes = writePack(values.pack, values.prebuilt)
    process.stdout.write(`${resolve(values.pack)}: ${(bytes / 1e6).toFixed(1)} MB\n`)
  }
} catch (error) {
  if (!(error instanceof UserError || error instanceof SetupError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
