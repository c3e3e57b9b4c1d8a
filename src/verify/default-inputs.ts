/** Inputs that a pair is tried on where nobody says how many. In a file of its own: the command line's help loads nothing else. */
export const DEFAULT_INPUTS = 2000
