/**
 * IR text in, the same with a call in front of every comparison of floats out: clang's trace-cmp notes integers alone.
 * The calls are to native/harness/comparisons.c and change nothing.
 */

const COMPARISON =
  /^ +(?:%[\w.$-]+|%"[^"]*") = fcmp (?:(?:fast|nnan|ninf|nsz|arcp|contract|afn|reassoc) )*\w+ (float|double) (.+?), (.+?)$/

/**
 * @param ir normalised (src/compile/normalize-ir.ts): no metadata follows the operands
 * @example traceFloats('  %c = fcmp olt double %x, 1.0e+00\n')
 * // '  call void @gepo_trace_double(double %x, double 1.0e+00)\n  %c = fcmp olt double %x, 1.0e+00\n', and declarations
 */
export function traceFloats(ir: string): string {
  let found = false
  const lines = ir.split('\n').map((line) => {
    const [, type, left, right] = COMPARISON.exec(line) ?? []
    if (type === undefined) return line
    found = true
    return `  call void @gepo_trace_${type}(${type} ${left}, ${type} ${right})\n${line}`
  })
  return found ? `${lines.join('\n')}${DECLARATIONS}` : ir
}

const DECLARATIONS =
  'declare void @gepo_trace_float(float, float)\ndeclare void @gepo_trace_double(double, double)\n'
