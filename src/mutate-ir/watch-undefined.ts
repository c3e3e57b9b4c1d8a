/**
 * IR in, the same for a build with sanitizers out: marked, so that native/watch-undefined, which those builds load, gives
 * it what `-fsanitize` gives C, and checks of every instruction that can make poison.
 *
 * - `asan` and `msan`: clang instruments IR too (`-x ir -fsanitize=...`), but only functions with the attribute, which
 *   the normalised text lacks. MSan looks at a returned value only where it is `noundef`, as clang marks it for C.
 * - `asan` also: flags (`nsw`, `nuw`, `exact`, `disjoint`, `nneg`, `nnan`, `ninf`), operands (shifts, divisions,
 *   conversions of floats, positions in vectors), addresses (misaligned, from null, past the end of all memory, touched in
 *   another object than they were computed from), attributes and metadata, `unreachable`, `llvm.assume`.
 *
 * Poison is reported where it is `made`, used or not, which is stricter than LLVM and right for losers; or only where it is
 * `used` (by MSan, which follows it), as optimised code makes some that it never looks at. Not seen: an address outside
 * its object that is only computed (`inbounds`). Within one object every access is fine, as it is for LLVM.
 */
export const watchUndefined = (
  ir: string,
  build: 'asan' | 'msan',
  poison: 'made' | 'used' = 'made',
): string => `${ir}\n!gepo.${build} = !{}\n${poison === 'used' ? '!gepo.used = !{}\n' : ''}`
