import { afterAll, beforeAll, expect, it } from 'vitest'
import { definitionOf } from '../../fuzz/csmith-source.ts'
import type { EntryPoint } from '../../src/call/entry-point.ts'
import type { CodeEngine } from '../../src/execute/code-engine.ts'
import { openTestEngine } from '../execute/open-test-engine.ts'
import { cCode } from '../fixtures/c-code.ts'

let engine: CodeEngine
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.close())

const CASES: readonly (readonly [name: string, call: string, result: string])[] = [
  ['safe_add_func_int32_t_s_s', '(INT32_MAX, 1)', '2147483647'],
  ['safe_add_func_int32_t_s_s', '(2, -5)', '-3'],
  ['safe_sub_func_int8_t_s_s', '(-128, 1)', '-128'],
  ['safe_mul_func_uint16_t_u_u', '(65535, 65535)', '1'],
  ['safe_mul_func_int64_t_s_s', '(INT64_MIN, -1)', '-9223372036854775808'],
  ['safe_div_func_int32_t_s_s', '(INT32_MIN, -1)', '-2147483648'],
  ['safe_div_func_uint64_t_u_u', '(7, 0)', '7'],
  ['safe_mod_func_int16_t_s_s', '(-7, 4)', '-3'],
  ['safe_unary_minus_func_int32_t_s', '(INT32_MIN)', '-2147483648'],
  ['safe_unary_minus_func_uint8_t_u', '(1)', '255'],
  ['safe_lshift_func_int16_t_s_u', '(3, 4)', '48'],
  ['safe_lshift_func_int16_t_s_s', '(-3, 4)', '-3'],
  ['safe_lshift_func_uint8_t_u_s', '(129, 1)', '2'],
  ['safe_rshift_func_int8_t_s_u', '(64, 8)', '64'],
  ['safe_div_func_float_f_f', '(1.5f, 0.0f)', '1'],
  ['safe_mul_func_float_f_f', '(3e38f, 2.0f) > 2e38f', '1'],
  ['safe_convert_func_float_to_int32_t', '(1e30f)', '2147483647'],
]

it('what csmith calls safe is defined for every operand, on a run that the sanitizers see', async () => {
  const text = `#include <math.h>
#include <stdint.h>
#include <stdio.h>
${[...new Set(CASES.map(([name]) => definitionOf(name)))].join('\n')}
int main(void) {
${CASES.map(([name, call]) => `  printf("%lld\\n", (long long)(${name}${call}));`).join('\n')}
}
`
  const entryPoint: EntryPoint = { kind: 'program', exitDefined: true }
  const built = await engine.build(cCode(text), 'asan', entryPoint)
  if (built.kind !== 'ok') throw new Error(built.detail)
  const run = { input: { kind: 'stdin', stdin: '' }, fill: 0, fuel: 1_000_000 } as const
  const [[outcome]] = (await engine.run([{ executable: built.executable, runs: [run] }])) as [[unknown]]
  const stdout = CASES.map(([, , result]) => `${result}\n`).join('')
  expect(outcome).toMatchObject({ kind: 'ok', exit: 0, stdout })
})

it('refuses a name that it does not know', () => {
  expect(() => definitionOf('safe_rotate_func_int32_t_s_s')).toThrow('not known')
})
