/** A misspelt name in, the known name that was probably meant out; undefined where none is near. */
import { distance } from 'fastest-levenshtein'

/** @example nearestName('learning_rate', ['learningRate', 'beta1']) // 'learningRate' */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  const ranked = known
    .map((candidate) => ({ candidate, edits: distance(plain(name), plain(candidate)) }))
    .sort((a, b) => a.edits - b.edits)
  const [best] = ranked
  return best !== undefined && best.edits <= Math.max(1, Math.floor(name.length / 3))
    ? best.candidate
    : undefined
}
