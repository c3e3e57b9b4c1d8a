/**
 * Why some were left out, for the end of a sentence; nothing where none were.
 *
 * @example droppedText({ 'overlong-prompt': 3 }) // ' (overlong-prompt 3)'
 */
export function droppedText(dropped: Readonly<Record<string, number>>): string {
  const reasons = Object.entries(dropped).map(([reason, n]) => `${reason} ${n}`)
  return reasons.length === 0 ? '' : ` (${reasons.join(', ')})`
}
