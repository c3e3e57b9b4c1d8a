import { describe, expect, it } from 'vitest'
import { jaccard, sourceShingles } from '../../src/audit/source-shingles.ts'

const program = `#include <stdio.h>
int main(void) {
  int n, sum = 0;
  scanf("%d", &n);
  for (int i = 1; i <= n; i++) sum += i * i; // squares
  printf("%d\\n", sum);
  return 0;
}
`
const similarity = (a: string, b: string) => jaccard(sourceShingles(a), sourceShingles(b))

describe('sourceShingles', () => {
  it('is ascending and has nothing twice', () => {
    const shingles = [...sourceShingles(program + program)]
    expect(shingles.length).toBeGreaterThan(20)
    expect(shingles).toEqual([...new Set(shingles)].sort((a, b) => a - b))
  })

  it.each([
    ['names', program.replaceAll(/\bsum\b/g, 'total').replaceAll(/\bi\b/g, 'k')],
    ['layout', program.replaceAll('\n  ', '\n\n\t')],
    ['comments', program.replace('// squares', '/* no\n comment */')],
    ['includes', `#include <stdlib.h>\n#include <math.h>\n${program}`],
  ])('is the same for copies that differ in %s', (_, copy) => {
    expect(copy).not.toBe(program)
    expect(similarity(program, copy)).toBe(1)
  })

  it.each([
    ['a constant', program.replace('i = 1', 'i = 2')],
    ['an operator', program.replace('i * i', 'i + i')],
    ['which variable is read', program.replace('sum += i * i', 'sum += i * n')],
    ['a line more', program.replace('return 0;', 'puts("done");\n  return 0;')],
    ['a macro', `#define LIMIT 100\n${program}`],
  ])('is nearly the same for a copy that differs in %s', (_, copy) => {
    expect(similarity(program, copy)).toBeLessThan(1)
    expect(similarity(program, copy)).toBeGreaterThan(0.7)
  })

  it('has little in common with another program', () => {
    const other = 'int main() { char s[9]; while (gets(s)) { if (s[0] == 65) puts(s); else putchar(66); } }'
    expect(similarity(program, other)).toBeLessThan(0.1)
  })

  it('takes a text shorter than a shingle as one, and an empty one as none', () => {
    expect(sourceShingles('int x;')).toHaveLength(1)
    expect(sourceShingles('/* nothing */')).toHaveLength(0)
    expect(similarity('', '// nothing')).toBe(1)
    expect(similarity('', 'int x;')).toBe(0)
  })
})

describe('jaccard', () => {
  it.each([
    [[1, 2, 3], [1, 2, 3], 1],
    [[1, 2, 3], [2, 3, 4], 0.5],
    [[1, 2], [3, 4], 0],
    [[1], [0, 1, 2, 3], 0.25],
    [[5], [], 0],
  ])('of %j and %j is %d', (a, b, expected) => {
    expect(jaccard(Uint32Array.from(a), Uint32Array.from(b))).toBe(expected)
    expect(jaccard(Uint32Array.from(b), Uint32Array.from(a))).toBe(expected)
  })
})
