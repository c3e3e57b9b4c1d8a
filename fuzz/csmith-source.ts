/**
 * A seed in, a C program of csmith's out that needs nothing of csmith's: its header is replaced by the few definitions
 * that the program asks for. What the program prints is a hash of all that it computed.
 */
import { tmpdir } from 'node:os'
import { execa } from 'execa'
import { UserError } from '../src/base/user-error.ts'

/** Small programs: most of what goes wrong goes wrong in few lines, and an hour holds more of them. */
const OPTIONS = [
  '--no-argc',
  '--concise',
  '--max-funcs',
  '4',
  '--max-block-size',
  '3',
  '--max-array-len-per-dim',
  '5',
]

const PRELUDE = `#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint64_t crc32_context = 0xcbf29ce484222325u;
static void crc32_gentab(void) {}
static void transparent_crc_bytes(const char *bytes, int length, const char *name, int print) {
  for (int i = 0; i < length; i++) crc32_context = (crc32_context ^ (unsigned char)bytes[i]) * 0x100000001b3u;
}
static void transparent_crc(uint64_t value, const char *name, int print) {
  transparent_crc_bytes((const char *)&value, sizeof value, name, print);
}
static void platform_main_begin(void) {}
static void platform_main_end(uint64_t hash, int print) { printf("%llx\\n", (unsigned long long)hash); }
`

/** @throws UserError when csmith is missing */
export async function csmithSource(seed: number): Promise<string> {
  const floats = seed % 2 === 0 ? [] : ['--float']
  const run = await execa('csmith', ['--seed', String(seed), ...OPTIONS, ...floats], {
    reject: false,
    timeout: 60_000,
    // It leaves a file there.
    cwd: tmpdir(),
  })
  if (run.code === 'ENOENT') throw new UserError('csmith is not installed: apt-get install csmith.')
  if (run.failed) throw new Error(`csmith fails on seed ${seed}: ${run.shortMessage}`)
  // A variable of its own has a name that C keeps for the compiler.
  const body = run.stdout.replace('#include "csmith.h"', '').replaceAll('__undefined', 'undefined_value')
  const used = [...new Set(body.match(/\bsafe_\w+/g) ?? [])].sort()
  return [PRELUDE, ...used.map(definitionOf), body].join('\n')
}

const OPERATORS: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  mod: '%',
  lshift: '<<',
  rshift: '>>',
}

/**
 * `safe_add_func_int32_t_s_s` and the like: the operation where C defines it, the left operand where it does not.
 * Macros, since functions would each become a unit of their own.
 * @throws Error for a name that csmith is not known to use
 */
export function definitionOf(name: string): string {
  const from = /^safe_convert_func_(float|double)_to_int32_t$/.exec(name)?.[1]
  if (from !== undefined)
    return unary(name, from, 'a > -2147483000.0 && a < 2147483000.0 ? (int32_t)a : INT32_MAX')
  const [, operation = '', type = '', signs = ''] =
    /^safe_([a-z_]+?)_func_(\w+?)_([suf](?:_[suf])?)$/.exec(name) ?? []
  const operator = OPERATORS[operation]
  const bits = Number(/\d+/.exec(type)?.[0])
  const isSigned = signs.startsWith('s')
  if (operation === 'unary_minus')
    return unary(name, type, `(${type})(${isSigned ? `a == INT${bits}_MIN ? a : ` : ''}-a)`)
  if (operator === undefined || (Number.isNaN(bits) && signs !== 'f_f'))
    throw new Error(`csmith uses ${name}, which is not known here`)
  if (operation === 'lshift' || operation === 'rshift') {
    const right = signs.endsWith('s') ? 'int' : 'unsigned'
    const refused = [
      ...(isSigned ? ['a < 0'] : []),
      ...(right === 'int' ? ['b < 0'] : []),
      `b >= ${bits}`,
      ...(operation === 'lshift' && isSigned ? [`a > (INT${bits}_MAX >> b)`] : []),
    ]
    return binary(name, type, right, `(${type})(${refused.join(' || ')} ? a : a ${operator} b)`)
  }
  if (signs === 'f_f') {
    const result = `${operation === 'div' ? 'b == 0 ? a : ' : ''}a ${operator} b`
    return binary(name, type, type, `r = ${result}, isfinite(r) ? r : a`)
  }
  if (operation === 'div' || operation === 'mod') {
    const overflows = isSigned ? ` || (a == INT${bits}_MIN && b == -1)` : ''
    return binary(name, type, type, `(${type})(b == 0${overflows} ? a : a ${operator} b)`)
  }
  // Narrow ones are promoted to int, where 65535 * 65535 overflows.
  return isSigned
    ? binary(name, type, type, `__builtin_${operation}_overflow(a, b, &r) ? a : r`)
    : binary(name, type, type, `(${type})((uint64_t)a ${operator} (uint64_t)b)`)
}

const unary = (name: string, type: string, result: string) =>
  `#define ${name}(x_) ({ ${type} a = (x_); ${result}; })`

const binary = (name: string, type: string, right: string, result: string) =>
  `#define ${name}(x_, y_) ({ ${type} a = (x_), r; ${right} b = (y_); ${result}; })`
