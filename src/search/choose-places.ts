import type { Random } from '../base/random.ts'

/** The first and some others, in their order: arguments come before what they point to. */
export function choosePlaces<T>(places: readonly T[], most: number, random: Random): readonly T[] {
  if (places.length <= most) return places
  const others = random.shuffle(places.slice(most / 2)).slice(0, most / 2)
  const kept = new Set([...places.slice(0, most / 2), ...others])
  return places.filter((place) => kept.has(place))
}
