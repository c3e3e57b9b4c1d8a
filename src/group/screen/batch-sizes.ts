/** How many mutants are screened, and how many of them together. */

/** Mutants screened together for each wanted loser; most that fall out are equal or undefined. */
export const MUTANTS_PER_BATCH = 3
/** Mutants screened for each wanted loser before a unit is given up: its mutants are mostly equal or undefined. */
export const MUTANTS_PER_LOSER = 12
