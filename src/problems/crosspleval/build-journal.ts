/**
 * What a build of CrossPLEval has settled so far, a line each in a file beside the one that it makes: a build that is
 * killed goes on from there. The first line says by what settings, and another build refuses to go on with those.
 */
import { appendFileSync, existsSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { UserError } from '../../base/user-error.ts'
import { writeFileAtomically } from '../../base/write-atomically.ts'
import { parseKeepingFloats } from '../../records/json-value.ts'
import type { DropReason, ProblemOrigin } from '../../records/problem.ts'
import type { CrossProof } from './prove-cross-problem.ts'

/** What has become of an item of the source. */
export type SettledItem = { readonly origin: ProblemOrigin } & (
  | ({ readonly kind: 'proven'; readonly license: string } & CrossProof)
  | ({ readonly kind: 'dropped' } & DropReason)
)

export interface BuildJournal {
  /** By {@link originKey}; whatever is added is there at once. */
  readonly settled: ReadonlyMap<string, SettledItem>
  add(item: SettledItem): void
  remove(): void
}

export const originKey = ({ dataset, place, row }: ProblemOrigin): string =>
  JSON.stringify([dataset, place, row])

/** @throws UserError where it was begun with other settings, or is damaged */
export function openBuildJournal(path: string, settings: object): BuildJournal {
  if (!existsSync(path)) writeFileAtomically(path, `${JSON.stringify(settings)}\n`)
  const text = readFileSync(path, 'utf8')
  // Behind the last line end stands what a killed process had begun.
  const end = text.lastIndexOf('\n') + 1
  truncateSync(path, Buffer.byteLength(text.slice(0, end)))
  const [first, ...lines] = text
    .slice(0, end)
    .split('\n')
    .filter((line) => line !== '')
  if (first === undefined || !isDeepStrictEqual(parsed(first, path), JSON.parse(JSON.stringify(settings))))
    throw new UserError(
      `${path} was begun with other sources or options: go on with those, or remove it to begin anew.`,
    )
  const settled = new Map<string, SettledItem>()
  const keep = (item: SettledItem) => settled.set(originKey(item.origin), item)
  for (const line of lines) keep(parsed(line, path) as SettledItem)
  return {
    settled,
    add(item) {
      appendFileSync(path, `${JSON.stringify(item)}\n`)
      keep(item)
    },
    remove: () => rmSync(path),
  }
}

function parsed(line: string, path: string): unknown {
  try {
    return parseKeepingFloats(line)
  } catch (error) {
    throw new UserError(`${path} is damaged: remove it to begin anew.`, { cause: error })
  }
}
