/** The standards of C that a unit can be in, the one to be tried first in front. */
export const C_STANDARDS = ['gnu17', 'gnu89'] as const
export type CStandard = (typeof C_STANDARDS)[number]

/**
 * The flags that make clang accept a unit's code, and nothing that changes its meaning.
 *
 * gnu89 stands for "old C": besides implicit int and implicit declarations, which C89 has, it takes the
 * mismatches that compilers of that time let pass and clang 19 makes errors in every mode.
 *
 * `standardFlags('gnu17')` gives `['-std=gnu17']`.
 */
export function standardFlags(standard: CStandard): readonly string[] {
  return FLAGS[standard]
}

/** Whether a main that reaches its end returns 0; before C99 its exit status is then undefined. */
export const endOfMainReturnsZero = (standard: CStandard): boolean => standard === 'gnu17'

const FLAGS: Readonly<Record<CStandard, readonly string[]>> = {
  gnu17: ['-std=gnu17'],
  gnu89: [
    '-std=gnu89',
    '-Wno-implicit-int',
    '-Wno-implicit-function-declaration',
    '-Wno-int-conversion',
    '-Wno-incompatible-function-pointer-types',
    '-Wno-return-mismatch',
    '-Wno-return-type',
  ],
}
