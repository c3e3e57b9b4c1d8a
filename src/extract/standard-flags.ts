import type { CStandard } from '../records/unit.ts'

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
