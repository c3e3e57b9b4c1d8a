/** The findings in, the text for a person out: what works first by a line each, then what to do. */
import { type InstalledPart, isReady } from './part.ts'

const MARKS: Record<InstalledPart['status'], string> = { ok: 'ok', missing: 'missing', broken: 'BROKEN' }

/**
 * @example
 * formatParts(await checkParts())
 * // ok       clang 19         19.1.7  /usr/bin/clang-19
 * // missing  GPU (optional)
 * //            lost without it: training runs on the CPU: for small models only
 * //            remedy: use a machine with an NVIDIA GPU and its driver
 */
export function formatParts(parts: readonly InstalledPart[]): string {
  const nameWidth = Math.max(...parts.map((part) => title(part).length))
  const versionWidth = Math.max(...parts.map((part) => part.version?.length ?? 0))
  const lines = parts.flatMap((part) => [
    [
      MARKS[part.status].padEnd(7),
      title(part).padEnd(nameWidth),
      (part.version ?? '').padEnd(versionWidth),
      part.found ?? '',
    ]
      .join('  ')
      .trimEnd(),
    ...advice(part),
  ])
  return `${[...lines, '', summary(parts)].join('\n')}\n`
}

function title({ name, required }: InstalledPart): string {
  return required ? name : `${name} (optional)`
}

function advice({ status, problem, lostWithout, remedy }: InstalledPart): string[] {
  if (status === 'ok') return []
  return [
    ...(problem === null ? [] : [`problem: ${problem}`]),
    `lost without it: ${lostWithout}`,
    ...(remedy === null ? [] : [`remedy: ${remedy}`]),
  ].map((line) => `           ${line}`)
}

function summary(parts: readonly InstalledPart[]): string {
  if (isReady(parts)) return 'Everything that building and verifying groups needs works.'
  const failing = parts.filter((part) => part.required && part.status !== 'ok').map(({ name }) => name)
  return `Groups cannot be built here yet: ${failing.join(', ')}.`
}
