import { describe, expect, it } from 'vitest'
import { buildOutline } from '../../src/extract/build-outline.ts'
import { findNoReturn } from '../../src/mutate/find-no-return.ts'
import { makeMutationContext } from '../../src/mutate/mutation-context.ts'
import { placeMutants } from '../../src/mutate/place-mutants.ts'
import { loadParser } from '../../src/syntax/parse-c.ts'

const parse = await loadParser()
const HEADER = 'int f(int a, int b, char *p, double d) { '

/** Where the mutant lies that replaces `original`, which a `§` stands before, in the body of a function. */
function placeIn(operator: string, marked: string, original: string, replacement: string, before = '') {
  const start = before.length + HEADER.length + marked.indexOf('§')
  const code = `${before}${HEADER}${marked.replace('§', '')} }`
  expect(code.startsWith(original, start)).toBe(true)
  const mutant = { id: 'm', operator, start, end: start + original.length, original, replacement, line: 1 }
  const neverReturns = findNoReturn(buildOutline(code, parse))!
  const place = placeMutants(makeMutationContext(code, 'f', parse), [mutant], neverReturns).get('m')
  return place && `${place.form} ${code.slice(place.start, place.end)}`
}

describe('a mutant has a place', () => {
  it.each([
    ['AOR', 'return a §+ b;', '+', '-', 'value a + b'],
    ['AOR', 'if (a §+ b > 2) return 1;', '+', '-', 'value a + b'],
    ['LCRB', 'return a §& b;', '&', '|', 'value a & b'],
    ['SOR', 'return a §<< b;', '<<', '>>', 'value a << b'],
    ['ROR', 'return a §< b;', '<', '<=', 'value a < b'],
    ['ROR', 'if (a §< b) a = 1;', '<', '<=', 'truth a < b'],
    ['ROR', 'return a §< b && b;', '<', '<=', 'truth a < b'],
    ['ROR', 'while (§a < b) a++;', 'a < b', '0', 'truth a < b'],
    ['ROR', 'if (§a < b) a++;', 'a < b', '0', 'statement if (a < b) a++;'],
    ['DCR', 'if (§a && b) a++;', 'a && b', '0', 'statement if (a && b) a++;'],
    ['ASR', 'a §+= b;', '+=', '-=', 'value a += b'],
    ['AORS', 'for (a = 0; a < b; a§++) b -= 2;', '++', '--', 'value a++'],
    ['CRP', 'int x = §3; return x;', '3', '4', 'value 3'],
    ['CRP', 'if (a < §3) return 1;', '3', '4', 'value 3'],
    ['CRP', 'return d * §2.5L;', '2.5L', '(2.5L - 1)', 'value 2.5L'],
    ['CRP', 'return d * §2.5L;', '2.5L', '0.0L', 'value 2.5L'],
    ['CRP', 'return a * §0u;', '0u', '1u', 'value 0u'],
    ['SVR', 'return §a * 2;', 'a', 'b', 'value a'],
    ['VTWD', 'return p[§a];', 'a', 'a + 1', 'value a'],
    ['UOI', 'if (§a) b = 1;', 'a', '!a', 'truth a'],
    ['UOI', 'return §-a;', '-a', 'a', 'value -a'],
    ['ArgStcAli', 'return f(§a, b, p, d);', 'a, b', 'b, a', 'value f(a, b, p, d)'],
    ['SDL', 'for (;;) { §a++; if (a > 9) break; }', 'a++;', ';', 'statement a++;'],
    ['SDL', 'if (a) §{ b = 2; } else a = 1;', '{ b = 2; }', ';', 'statement { b = 2; }'],
    [
      'SDL',
      '§while (a--) if (b > a) break;',
      'while (a--) if (b > a) break;',
      ';',
      'statement while (a--) if (b > a) break;',
    ],
  ])('%s: %s', (operator, marked, original, replacement, expected) => {
    expect(placeIn(operator, marked, original, replacement)).toBe(expected)
  })
})

describe('a mutant has none', () => {
  it.each([
    ['that has other branches', 'COR', 'if (§a && b) a = 1;', 'a && b', 'a'],
    ['around branches', 'AOR', 'return a §+ (b && a);', '+', '-'],
    ['that decides what is compiled', 'DCR', 'if (§a > b) a = 1;', 'a > b', '1'],
    ['that decides between two', 'DCR', 'if (§a > b) a = 1; else a = 2;', 'a > b', '0'],
    ['in a condition that is known', 'CRP', 'if (§3 > 2) a = 1;', '3', '4'],
    ['in an arm that is not branched to', 'CRP', 'return a ? §3 : 2;', '3', '4'],
    ['of another type', 'CRP', 'return d * §2.5L;', '2.5L', '0.0'],
    ['that is wider', 'CRP', 'return a * §2147483647;', '2147483647', '2147483648'],
    ['in a label', 'CRP', 'switch (a) { case §3: b = 1; }', '3', '4'],
    ['in the size of an array', 'CRP', 'int x[§3]; x[0] = 1; return x[0];', '3', '4'],
    ['in a list', 'CRP', 'int x[] = {§3, 4}; return x[0];', '3', '4'],
    ['in what is kept', 'CRP', 'static int x = §3; return x;', '3', '4'],
    ['in a constant', 'CRP', 'const int x = §3; return x;', '3', '4'],
    ['in a size', 'CRP', 'return sizeof(a + §3);', '3', '4'],
    ['in what a built-in function takes', 'CRP', 'return __builtin_expect(a, §3);', '3', '4'],
    ['of unknown type', 'AOR', 'return g(a) §+ unknown;', '+', '-'],
    ['that leaves a loop', 'SDL', 'while (a--) { if (b > a) §break; }', 'break;', ';'],
    [
      'that leaves the function',
      'SDL',
      'if (a) §{ b = 1; return 3; } else b = 2;',
      '{ b = 1; return 3; }',
      ';',
    ],
    ['that ends the program', 'SDL', 'if (a) §exit(1);', 'exit(1);', ';'],
    ['of another jump', 'BCR', 'while (a--) { if (b > a) §break; b++; }', 'break', 'continue'],
    ['of no statement', 'SDL', 'if (a) b = 1; §else b = 2;', 'else b = 2;', ''],
  ])('%s', (_, operator, marked, original, replacement) => {
    expect(placeIn(operator, marked, original, replacement)).toBeUndefined()
  })

  it('in what a macro takes or has a part in, but beside one that is a number', () => {
    const macros = '#define TWICE(x) x x\n#define SUM a + b\n#define N 100\n'
    expect(placeIn('CRP', 'return TWICE(§3 +) 1;', '3', '4', macros)).toBeUndefined()
    expect(placeIn('CRP', 'return SUM * §3;', '3', '4', macros)).toBeUndefined()
    expect(placeIn('SDL', '§a = SUM;', 'a = SUM;', ';', macros)).toBeUndefined()
    expect(placeIn('CRP', 'return N * §3;', '3', '4', macros)).toBe('value 3')
  })

  it.each([
    ['of the library', '', 'exit'],
    ['of POSIX', '#include <pthread.h>\n', 'pthread_exit'],
    ['of the unit', '_Noreturn void stop(int);\n', 'stop'],
    ['by an attribute behind it', 'void stop(int) __attribute__((noreturn));\n', 'stop'],
    ['by a macro', '#define NEVER __attribute__((__noreturn__))\nNEVER void stop(int);\n', 'stop'],
    ['by a definition', 'static _Noreturn void stop(int n) { for (;;) n++; }\n', 'stop'],
    ['in a macro', '#define LEAVE(n) exit(n)\n', 'LEAVE'],
  ])('in the first block of a function that never returns from it: %s', (_, before, name) => {
    expect(placeIn('AOR', `b = a §+ 1; ${name}(b);`, '+', '-', before)).toBeUndefined()
    expect(placeIn('SDL', `§a++; ${name}(b);`, 'a++;', ';', before)).toBeUndefined()
    expect(placeIn('SDL', `§if (a) b++; ${name}(b);`, 'if (a) b++;', ';', before)).toBeUndefined()
    expect(placeIn('SDL', `if (a) §${name}(b);`, `${name}(b);`, ';', before)).toBeUndefined()
    // Where there is a block behind the first one, its edges are counted.
    expect(placeIn('AOR', `if (a) b = a §+ 1; ${name}(b);`, '+', '-', before)).toBe('value a + 1')
    expect(placeIn('SDL', `while (b) b--; §a++; ${name}(b);`, 'a++;', ';', before)).toBe('statement a++;')
  })
})

describe('nobody knows what never returns where a unit says it', () => {
  it.each([
    ['of a pointer', 'void (*stop)(int) __attribute__((noreturn));\n'],
    ['of a type', 'typedef void never(int) __attribute__((noreturn));\n'],
    ['inside a function', 'void g(void) { _Noreturn void stop(int); stop(1); }\n'],
  ])('%s', (_, code) => {
    expect(findNoReturn(buildOutline(code, parse))).toBeUndefined()
  })
})
