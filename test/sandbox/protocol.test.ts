import { expect, test } from 'vitest'
import {
  decodeHello,
  decodeReport,
  encodeRequest,
  FrameReader,
  wallLimitMs,
} from '../../src/sandbox/protocol.ts'
import type { RunRequest } from '../../src/sandbox/sandbox.ts'

const limits = { cpuMs: 100, outputBytes: 1000 }

function u32(value: number): number[] {
  return [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24]
}

const u64 = (value: number) => [...u32(value), 0, 0, 0, 0]
const bytes = (text: string) => [...u32(text.length), ...Buffer.from(text, 'latin1')]

test('a request is laid out as protocol.h says', () => {
  const request: RunRequest = {
    path: 'unit',
    argv: ['a', ''],
    env: { LC_ALL: 'C' },
    stdin: '\xff\0',
    args: Buffer.from('xyz'),
    wantRecord: true,
    aslr: false,
    limits: {
      cpuMs: 1,
      wallMs: 2,
      memoryBytes: 3,
      dataBytes: 4,
      stackBytes: 5,
      outputBytes: 6,
      recordBytes: 7,
    },
  }
  const body = [
    ...u32(3),
    ...[1, 2, 3, 4, 5, 6, 7].flatMap(u64),
    ...bytes('unit'),
    ...[...u32(2), ...bytes('a'), ...bytes('')],
    ...[...u32(1), ...bytes('LC_ALL=C')],
    ...bytes('\xff\0'),
    ...bytes('xyz'),
  ]
  expect([...encodeRequest(request)]).toEqual([...u32(body.length), ...body])
})

test('what a request leaves out is empty, unlimited, or follows from the rest', () => {
  const body = [
    ...u32(0),
    ...[100, 1000, 0, 0, 0, 1000, 1000].flatMap(u64),
    ...bytes('unit'),
    ...[...u32(0), ...u32(0), ...bytes(''), ...bytes('')],
  ]
  expect([...encodeRequest({ path: 'unit', limits })]).toEqual([...u32(body.length), ...body])
  expect(wallLimitMs(limits)).toBe(1000)
})

test('a limit above 4 GiB keeps its upper half', () => {
  const frame = encodeRequest({ path: '', limits: { ...limits, memoryBytes: 5 * 2 ** 32 + 1 } })
  expect(frame.readBigUInt64LE(4 + 4 + 2 * 8)).toBe(5n * 2n ** 32n + 1n)
})

test('a NUL, which would cut a C string short, is refused', () => {
  expect(() => encodeRequest({ path: 'a\0b', limits })).toThrow('NUL')
})

const response = (kind: number, code: number) =>
  Buffer.from([
    ...u32(kind),
    ...u32(code),
    ...u64(1500),
    ...u64(2500),
    ...u64(4096),
    ...bytes('out'),
    ...bytes('err'),
    ...bytes('rec'),
  ])

test.each([
  [0, 3, { kind: 'exited', code: 3 }],
  [1, 11, { kind: 'signaled', signal: 'SIGSEGV' }],
  [1, 6, { kind: 'signaled', signal: 'SIGABRT' }],
  [1, 34, { kind: 'signaled', signal: 'SIG34' }],
  [2, 0, { kind: 'timeout', clock: 'cpu' }],
  [3, 0, { kind: 'timeout', clock: 'wall' }],
  [4, 0, { kind: 'output-limit' }],
  [5, 0, { kind: 'memory-limit' }],
  [6, 0, { kind: 'forbidden-syscall' }],
])('response kind %i, code %i', (kind, code, end) => {
  const report = decodeReport(response(kind, code))
  expect(report).toEqual({
    ...end,
    stdout: Buffer.from('out'),
    stderr: Buffer.from('err'),
    record: Buffer.from('rec'),
    cpuMs: 1.5,
    wallMs: 2.5,
    maxRssBytes: 4096,
  })
})

test('a run that could not be made is a sandbox-error with the reason', () => {
  expect(decodeReport(response(7, 0))).toEqual({ kind: 'sandbox-error', detail: 'err' })
})

test('a response that ends early or has an unknown kind is a bug, not a result', () => {
  expect(() => decodeReport(response(0, 0).subarray(0, -1))).toThrow('ends early')
  expect(() => decodeReport(response(99, 0))).toThrow('unknown kind 99')
})

test('hello', () => {
  expect(decodeHello(Buffer.from([...u32(1), ...u32(7), ...u32(1)]))).toEqual({
    version: 1,
    landlockAbi: 7,
    seccomp: true,
  })
})

test.each([1, 2, 3, 5, 100])('frames are found in a stream of %i-byte chunks', (size) => {
  const stream = Buffer.from([...bytes('one'), ...bytes(''), ...bytes('three')])
  const reader = new FrameReader()
  const frames: string[] = []
  for (let at = 0; at < stream.length; at += size) {
    for (const frame of reader.push(stream.subarray(at, at + size))) frames.push(frame.toString())
  }
  expect(frames).toEqual(['one', '', 'three'])
})
