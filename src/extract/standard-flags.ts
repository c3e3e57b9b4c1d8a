/**
 * The standards of C that a unit can be in, the one to be tried first in front. Those without `gnu` are for code that has
 * names of its own which headers of GNU and POSIX have, too: `getline`, `y1`.
 */
export const C_STANDARDS = ['gnu17', 'gnu89', 'c17', 'c89'] as const
export type CStandard = (typeof C_STANDARDS)[number]

/**
 * The flags that make clang accept a unit's code, and nothing that changes its meaning.
 *
 * gnu89 and c89 stand for "old C": besides implicit int and implicit declarations, which C89 has, they take the
 * mismatches that compilers of that time let pass and clang 19 makes errors in every mode. c17 and c89 have the names of
 * the C standard alone; trigraphs, which would come with them, stay text.
 *
 * `standardFlags('gnu17')` gives `['-std=gnu17']`.
 */
export function standardFlags(standard: CStandard): readonly string[] {
  return FLAGS[standard]
}

/** Whether a main that reaches its end returns 0; before C99 its exit status is then undefined. */
export const endOfMainReturnsZero = (standard: CStandard): boolean =>
  standard === 'gnu17' || standard === 'c17'

const OLD = [
  '-Wno-implicit-int',
  '-Wno-implicit-function-declaration',
  '-Wno-int-conversion',
  '-Wno-incompatible-function-pointer-types',
  '-Wno-return-mismatch',
  '-Wno-return-type',
]

const FLAGS: Readonly<Record<CStandard, readonly string[]>> = {
  gnu17: ['-std=gnu17'],
  gnu89: ['-std=gnu89', ...OLD],
  c17: ['-std=c17', '-fno-trigraphs'],
  c89: ['-std=c89', '-fno-trigraphs', ...OLD],
}
