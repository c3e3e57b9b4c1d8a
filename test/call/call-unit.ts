/** Compiles trusted C of the tests with driver and harness in several ways, and runs it on an input. */
import { execFileSync, spawnSync } from 'node:child_process'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CallPlan } from '../../src/call/call-plan.ts'
import { CALL_LINK_FLAGS, DRIVER_FLAGS, driverSource } from '../../src/call/driver-source.ts'
import { decodeRecord } from '../../src/call/effects/decode-record.ts'
import { encodeCall } from '../../src/call/encode-call.ts'
import { planCall } from '../../src/call/plan/plan-call.ts'
import type { CallInput } from '../../src/records/input.ts'
import { scratchFolder } from '../scratch-folder.ts'

const CLANG = 'clang-19'
const HARNESS = fileURLToPath(new URL('../../native/harness/', import.meta.url))
const ASAN = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all']
const MSAN = ['-fsanitize=memory', '-fno-sanitize-recover=all']

const folder = scratchFolder()
let count = 0

function clang(args: readonly string[], stdin?: string): string {
  return execFileSync(CLANG, args, {
    input: stdin ?? '',
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

const harnesses = new Map<string, string[]>()
function harness(sanitizer: readonly string[]): string[] {
  const key = sanitizer.join(' ')
  let objects = harnesses.get(key)
  if (objects === undefined) {
    objects = ['start', 'call'].map((name) => {
      const object = path.join(folder, `${name}${count++}.o`)
      clang([
        '-O1',
        '-Wall',
        '-Wextra',
        '-Werror',
        ...sanitizer,
        '-c',
        path.join(HARNESS, `${name}.c`),
        '-o',
        object,
      ])
      return object
    })
    harnesses.set(key, objects)
  }
  return objects
}

/** What the functions of one code share is made once. */
const made = new Map<string, string>()
function once(key: string, make: () => string): string {
  const value = made.get(key) ?? make()
  made.set(key, value)
  return value
}

export const debugIr = (code: string, standard = 'gnu17'): string =>
  once(`debug ${standard} ${code}`, () =>
    clang([`-std=${standard}`, '-w', '-g', '-O0', '-S', '-emit-llvm', '-x', 'c', '-', '-o', '-'], code),
  )

/** The plan of a function that is known to have one. */
export function planOf(code: string, name: string, standard?: string): CallPlan {
  const plan = planCall(debugIr(code, standard), name)
  if (plan.kind !== 'plan') throw new Error(plan.reason)
  return plan
}

/** `ir`: what clang -O2 made of the unit, compiled from its text. */
export type Build = 'O0' | 'ir' | 'asan' | 'msan'
export const BUILDS: readonly Build[] = ['O0', 'ir', 'asan', 'msan']

export function buildCall(plan: CallPlan, code: string, build: Build, standard = 'gnu17'): string {
  const name = path.join(folder, `unit${count++}`)
  const sanitizer = build === 'asan' ? ASAN : build === 'msan' ? MSAN : []
  const unit = once(`${build} ${standard} ${code}`, () => buildUnit(code, build, sanitizer, standard))
  clang([...sanitizer, ...DRIVER_FLAGS, '-c', '-', '-o', `${name}.driver.o`], driverSource(plan))
  clang([
    ...sanitizer,
    unit,
    `${name}.driver.o`,
    ...harness(sanitizer),
    ...CALL_LINK_FLAGS,
    '-fuse-ld=lld',
    '-lm',
    '-o',
    name,
  ])
  return name
}

function buildUnit(code: string, build: Build, sanitizer: readonly string[], standard: string): string {
  const object = path.join(folder, `unit${count++}.o`)
  const language = [`-std=${standard}`, '-w', '-x', 'c']
  let text = code
  let flags = ['-O0', ...language]
  if (build === 'ir') {
    text = clang(['-O2', '-S', '-emit-llvm', ...language, '-', '-o', '-'], code)
    flags = ['-w', '-x', 'ir']
  }
  clang([...sanitizer, ...flags, '-c', '-', '-o', object], text)
  return object
}

export function runCall(executable: string, plan: CallPlan, input: CallInput, fill = 0) {
  const image = path.join(folder, `image${count++}`)
  const record = path.join(folder, `record${count++}`)
  writeFileSync(image, encodeCall(plan, input))
  const recordFile = openSync(record, 'w')
  const imageFile = openSync(image, 'r')
  const ended = spawnSync(executable, [], {
    input: Buffer.from(input.stdin, 'latin1'),
    stdio: ['pipe', 'pipe', 'pipe', recordFile, imageFile],
    env: { GEPO_FILL: String(fill), ASAN_OPTIONS: 'detect_leaks=0' },
    timeout: 20_000,
  })
  closeSync(recordFile)
  closeSync(imageFile)
  const written = readFileSync(record)
  return {
    exit: ended.status,
    signal: ended.signal,
    stdout: ended.stdout.toString('latin1'),
    stderr: ended.stderr.toString('latin1'),
    record: written,
    decoded: decodeRecord(plan, input, written),
  }
}
