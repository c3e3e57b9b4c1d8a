import { expect, test } from 'vitest'
import {
  formatFloatConstant,
  formatIntegerConstant,
  parseFloatConstant,
} from '../../src/mutate-ir/ir-constant.ts'
import { runClang } from '../../src/toolchain/run-clang.ts'

test('floats are printed as LLVM prints them', async () => {
  const values = [0, -0, 1, -1, 2.5, 0.1, 1e10, 1e100, 123456789, 3.5e-5, 1e-300, Number.MAX_VALUE]
  const globals = (['double', 'float'] as const).flatMap((type) =>
    values
      .filter((value) => Number.isFinite(Math.fround(value)) || type === 'double')
      .map((value, index) => `@${type}.${index} = global ${type} ${formatFloatConstant(value, type)}`),
  )
  const flags = ['-Wno-override-module', '-S', '-emit-llvm', '-x', 'ir', '-', '-o', '-']
  const printed = await runClang('clang-19', flags, `${globals.join('\n')}\n`)
  if (printed.kind !== 'ok') throw new Error(JSON.stringify(printed))
  expect(printed.stdout.split('\n').filter((line) => line.startsWith('@'))).toEqual(globals)
})

test('floats are read back as they were', () => {
  for (const value of [0, 1.5, -0.1, 1e-300, 4294967297])
    expect(parseFloatConstant(formatFloatConstant(value, 'double'))).toBe(value)
  expect(parseFloatConstant('0xK4000C8F5C28F5C28F800')).toBeUndefined()
})

test.each([
  [127n, 8, '127'],
  [128n, 8, undefined],
  [-128n, 8, '-128'],
  [1n << 63n, 64, undefined],
])('%s in i%s is %s', (value, width, expected) => {
  expect(formatIntegerConstant(value, width)).toBe(expected)
})
