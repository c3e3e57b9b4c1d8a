/** What the records of two databases depend on (options and versions): what differs of it, and the sentence that says so. */
import { UserError } from '../base/user-error.ts'

interface ContentDifference {
  /** `limits.cpuMs` */
  readonly name: string
  /** JSON, or `none`. */
  readonly before: string
  readonly now: string
}

export function contentDifferences(before: unknown, now: unknown, name = ''): ContentDifference[] {
  if (isRecord(before) && isRecord(now)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])]
    return keys.flatMap((key) =>
      contentDifferences(before[key], now[key], name === '' ? key : `${name}.${key}`),
    )
  }
  const [a, b] = [JSON.stringify(before) ?? 'none', JSON.stringify(now) ?? 'none']
  return a === b ? [] : [{ name, before: a, now: b }]
}

/**
 * @param files what the records of each depend on, a value a run
 * @throws UserError that says what differs, where they are not of one kind
 */
export function refuseMixedContent(
  files: readonly { readonly path: string; readonly contents: readonly unknown[] }[],
): void {
  const made = files.flatMap(({ path, contents }) => contents.map((content) => ({ path, content })))
  for (const { path, content } of made) {
    const [first] = made
    const changes = contentDifferences(first!.content, content)
    if (changes.length === 0) continue
    const values = (which: 'before' | 'now') =>
      changes.map((change) => `${change.name} ${change[which]}`).join(', ')
    throw new UserError(
      `${first!.path} was made with ${values('before')}, and ${path} with ${values('now')}; make them alike, or give --allow-mixed.`,
    )
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
