/** Text and numbers in, well-mixed 32-bit hashes out. Fast and the same everywhere; not for secrets, nor for ids. */

/** FNV-1a over UTF-16 units, mixed. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return mixBits(hash)
}

/** Order counts: `combineHashes(a, b)` and `combineHashes(b, a)` have nothing in common. */
export function combineHashes(a: number, b: number): number {
  return mixBits(Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) + b)
}

/** MurmurHash3's finaliser: a bijection of 32 bits in which each input bit changes half of the output's. */
export function mixBits(value: number): number {
  let bits = value
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
