import { describe, expect, it } from 'vitest'
import { type ClangRunner, spawnClang, withReference } from '../../src/toolchain/clang-runner.ts'
import type { ClangResult } from '../../src/toolchain/run-clang.ts'

const always =
  (result: ClangResult): ClangRunner =>
  async () =>
    result

describe('spawnClang', () => {
  it('starts the clang that it was given', async () => {
    const run = spawnClang('clang-19')
    expect(await run(['-E', '-P', '-DA=1', '-x', 'c', '-'], 'A\n')).toEqual({ kind: 'ok', stdout: '1\n' })
  })
})

describe('withReference', () => {
  const reference: ClangRunner = async (args, text) => ({ kind: 'ok', stdout: `${args.join(' ')} ${text}` })

  it('asks the reference what the fast one breaks on', async () => {
    const run = withReference(always({ kind: 'crashed', detail: 'no stack' }), reference)
    expect(await run(['-a', '-b'], 'text')).toEqual({ kind: 'ok', stdout: '-a -b text' })
  })

  it.each<ClangResult>([
    { kind: 'ok', stdout: 'fast' },
    { kind: 'rejected', stderr: '<stdin>:1:1: error: no' },
    { kind: 'timeout', afterMs: 10_000 },
  ])('takes $kind as the answer', async (result) => {
    expect(await withReference(always(result), reference)([], '')).toEqual(result)
  })
})
