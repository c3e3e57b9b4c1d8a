/**
 * What C and TypeScript both know: numbers, orders and names that stand in native/ and again in src, because each side
 * of a pipe needs them. The native file is read as text, and src is asked for what it writes and reads.
 */
import { describe, expect, test } from 'vitest'
import { readRecord } from '../../src/call/effects/read-record.ts'
import { COMPILE_PROTOCOL_VERSION, decodeCompileResponse } from '../../src/compile/worker/protocol.ts'
import { SANITIZER_EXIT } from '../../src/execute/outcome/classify-run.ts'
import { CALL_RECORD_BYTES, RECORD_BYTES } from '../../src/execute/unit-limits.ts'
import {
  decodeReply,
  encodeUnitRun,
  UNIT_RUNNER_VERSION,
  type UnitRun,
} from '../../src/execute/unit-runner/protocol.ts'
import { MOST_PATIENCE } from '../../src/judge/box.ts'
import { BOX_PROTOCOL_VERSION, type BoxRun, encodeBoxRun, encodePrepare } from '../../src/judge/box-frames.ts'
import { SELECTOR } from '../../src/mutate/write-beside.ts'
import { FrameWriter } from '../../src/sandbox/frame-writer.ts'
import { decodeReport, encodeRequest, RUN_PROTOCOL_VERSION, writeLimits } from '../../src/sandbox/protocol.ts'
import type { RunLimits } from '../../src/sandbox/run-report.ts'
import { RUNGS } from '../../src/sandbox/rung.ts'
import { nativeConstants, nativeText } from './native-constants.ts'

const LIMITS: Required<RunLimits> = {
  cpuMs: 1,
  wallMs: 2,
  memoryBytes: 3,
  dataBytes: 4,
  stackBytes: 5,
  outputBytes: 6,
  recordBytes: 7,
}

/** Parts as a frame holds them, without its length. */
function written(write: (writer: FrameWriter) => void): Buffer {
  const writer = new FrameWriter()
  write(writer)
  return writer.frame().subarray(4)
}
const u32 = (value: number) => written((writer) => writer.u32(value))
const u64 = (value: number) => written((writer) => writer.u64(value))
const bytes = (content: Uint8Array) => written((writer) => writer.bytes(content))

describe('shared/protocol.h and src/sandbox/protocol.ts', () => {
  const constants = nativeConstants('shared/protocol.h')
  const flags = (request: object) =>
    encodeRequest({ path: 'unit', limits: LIMITS, ...request }).readUInt32LE(4)

  test('have one version and the same flags', () => {
    expect(constants.get('PROTOCOL_VERSION')).toBe(RUN_PROTOCOL_VERSION)
    expect(flags({})).toBe(0)
    expect(flags({ aslr: false })).toBe(constants.get('FLAG_NO_ASLR'))
    expect(flags({ wantRecord: true })).toBe(constants.get('FLAG_WANT_RECORD'))
  })

  test('have the same limits in the same order', () => {
    const [, order] = /fields\[\] = \{([^}]*)\}/.exec(nativeText('shared/protocol.h'))!
    const names = [...order!.matchAll(/&limits\.(\w+)/g)].map(([, name]) => name!)
    const camel = names.map((name) => name.replaceAll(/_(\w)/g, (_, letter) => letter.toUpperCase()))
    const limits = written((writer) => writeLimits(writer, LIMITS))
    expect(limits.length).toBe(8 * names.length)
    expect(names.map((_, index) => Number(limits.readBigUInt64LE(8 * index)))).toEqual(
      camel.map((name) => LIMITS[name as keyof RunLimits]),
    )
  })

  test('name the ends of a run alike', () => {
    const code = 9
    const report = (kind: number) =>
      decodeReport(Buffer.concat([u32(kind), u32(code), u64(0), u64(0), u64(0), u32(0), u32(0), u32(0)]))
    const ends = {
      KIND_EXITED: { kind: 'exited', code },
      KIND_SIGNALED: { kind: 'signaled', signal: 'SIGKILL' },
      KIND_CPU_TIMEOUT: { kind: 'timeout', clock: 'cpu' },
      KIND_WALL_TIMEOUT: { kind: 'timeout', clock: 'wall' },
      KIND_OUTPUT_LIMIT: { kind: 'output-limit' },
      KIND_MEMORY_LIMIT: { kind: 'memory-limit' },
      KIND_FORBIDDEN_SYSCALL: { kind: 'forbidden-syscall' },
      KIND_FAILED: { kind: 'sandbox-error' },
    }
    const kinds = [...constants].filter(([name]) => name.startsWith('KIND_'))
    expect(kinds.map(([name]) => name)).toEqual(Object.keys(ends))
    for (const [name, kind] of kinds)
      expect(report(kind), name).toMatchObject(ends[name as keyof typeof ends])
  })

  test('know the same rungs', () => {
    const [, names] = /#define RUNG_NAMES "(.*)"/.exec(nativeText('shared/rung.h'))!
    const table = [...nativeText('shared/rung.h').matchAll(/^ +\{"([\w-]+)", /gm)].map(([, name]) => name)
    expect(names!.split('|')).toEqual(RUNGS)
    expect(table).toEqual(RUNGS)
  })
})

describe('judge-box and src/judge', () => {
  const constants = nativeConstants('judge-box/judge-box.c')
  const run = (flags: Partial<BoxRun>) => encodeBoxRun({ path: 'a', limits: LIMITS, ...flags })

  test('have one version, the same operations and flags', () => {
    expect(constants.get('BOX_PROTOCOL_VERSION')).toBe(BOX_PROTOCOL_VERSION)
    expect(encodePrepare([], 0).readUInt32LE(4)).toBe(constants.get('OP_PREPARE'))
    expect(run({}).readUInt32LE(4)).toBe(constants.get('OP_RUN'))
    const own = nativeConstants('judge-box/run-program.h')
    expect(run({ writableBox: true }).readUInt32LE(8)).toBe(own.get('FLAG_WRITABLE_BOX'))
    expect(run({ oneProcess: true }).readUInt32LE(8)).toBe(own.get('FLAG_ONE_PROCESS'))
    expect(run({ argsOnce: true }).readUInt32LE(8)).toBe(own.get('FLAG_ARGS_ONCE'))
    const others = nativeConstants('shared/protocol.h')
    const flags = [...own.values(), others.get('FLAG_NO_ASLR'), others.get('FLAG_WANT_RECORD')]
    expect(new Set(flags).size).toBe(5)
  })

  test('are as patient', () => {
    expect(nativeConstants('judge-box/run-program.c').get('MOST_PATIENCE')).toBe(MOST_PATIENCE)
  })
})

describe('unit-runner and src/execute', () => {
  const task = nativeConstants('unit-runner/task.h')
  const messages = nativeConstants('unit-runner/messages.h')
  const flags = (options: Partial<UnitRun>) => {
    const run: UnitRun = { images: [{ unit: 1 }], inputs: [], env: {}, limits: LIMITS, ...options }
    return encodeUnitRun({ forget: [], keep: new Map(), run }).readUInt32LE(12)
  }

  test('have one version and the same flags', () => {
    expect(messages.get('UNIT_RUNNER_VERSION')).toBe(UNIT_RUNNER_VERSION)
    const sent = {
      RUN_ISOLATED: flags({ isolated: true }),
      RUN_WANT_RECORD: flags({ wantRecord: true }),
      RUN_WRAP: flags({ wrapAllocations: true }),
      RUN_STOP_DIFFERENCE: flags({ stopAt: 'difference' }),
      RUN_STOP_DEVIATION: flags({ stopAt: 'deviation' }),
    }
    expect(flags({})).toBe(0)
    expect(Object.fromEntries([...task].filter(([name]) => name.startsWith('RUN_')))).toEqual(sent)
  })

  test('name the answers alike', () => {
    const answer = (name: string) =>
      decodeReply(Buffer.concat([u32(messages.get(name)!), bytes(Buffer.from('why')), u32(0)]))
    expect(answer('ANSWER_RUN')).toEqual({ kind: 'run', reports: [] })
    expect(answer('ANSWER_UNSUPPORTED')).toEqual({ kind: 'unsupported', reason: 'why' })
    expect(answer('ANSWER_FAILED')).toEqual({ kind: 'failed', detail: 'why' })
    expect([...messages.keys()].filter((name) => name.startsWith('ANSWER_'))).toHaveLength(3)
  })

  test('let the sanitizers exit with one status', () => {
    expect(task.get('SANITIZER_EXIT')).toBe(SANITIZER_EXIT)
  })
})

describe('harness/call.c and src/call', () => {
  const constants = nativeConstants('harness/call.c')

  test('end a record of a call at the same length, which leaves room for what else a record holds', () => {
    expect(constants.get('MOST_RECORD_BYTES')).toBe(CALL_RECORD_BYTES)
    expect(CALL_RECORD_BYTES).toBeLessThan(RECORD_BYTES)
  })

  test('name the objects of a record alike', () => {
    const object = (kind: number) => [Buffer.from([kind, 0, 0, 0]), u32(0), u64(0), u64(0), u32(0), u32(0)]
    const read = (name: string) => {
      const body = Buffer.concat(object(constants.get(name)!))
      const head = [Buffer.from('GEPOREC1'), u32(16 + body.length), u32(0)]
      return readRecord(Buffer.concat([...head, body]))?.objects[0]?.kind
    }
    const names = ['RESULT', 'BLOCK', 'GLOBAL', 'ALLOCATED', 'TEXT']
    expect(names.map(read)).toEqual(names.map((name) => name.toLowerCase()))
  })
})

describe('compile-worker/protocol.h and src/compile/worker/protocol.ts', () => {
  const constants = nativeConstants('compile-worker/protocol.h')
  const response = (name: string, flags = 0) =>
    decodeCompileResponse(
      Buffer.concat([
        u32(constants.get(name)!),
        u32(flags),
        bytes(Buffer.from('ir')),
        bytes(Buffer.from('why')),
      ]),
    )

  test('have one version and name the answers alike', () => {
    expect(constants.get('protocol_version')).toBe(COMPILE_PROTOCOL_VERSION)
    const ok = { kind: 'ok', output: Buffer.from('ir') }
    expect(response('ok')).toEqual({ ...ok, precompiled: false })
    expect(response('ok', constants.get('flag_precompiled'))).toEqual({ ...ok, precompiled: true })
    expect(response('rejected')).toEqual({ kind: 'rejected', stderr: 'why' })
    expect(response('unsupported')).toEqual({ kind: 'unsupported', detail: 'why' })
  })
})

test('a run is told its mutant by a variable of one name, in the harness and in the pass that leaves it uncounted', () => {
  expect(nativeText('harness/start.c')).toContain(`\nint ${SELECTOR};`)
  expect(nativeText('watch-undefined/selectors.cpp')).toContain(`getNamedGlobal("${SELECTOR}")`)
})
