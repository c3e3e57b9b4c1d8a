/** Ids in, groups with the reference's log-probabilities out, as a method wants them. */
import { type EncodedGroup, winnersOf } from '../data/encoded-group.ts'
import type { GroupSource } from '../data/group-source.ts'
import type { PreparedGroup } from './prepared-group.ts'
import { lookUpReference, type ReferenceOptions } from './reference-log-probs.ts'

export interface PrepareOptions {
  /** Undefined for a method without a reference. */
  readonly reference: ReferenceOptions | undefined
  readonly usesLosers: boolean
}

export async function prepareGroups(
  source: GroupSource,
  ids: readonly string[],
  { reference, usesLosers }: PrepareOptions,
): Promise<PreparedGroup[]> {
  return (await source.load(ids)).map((loaded) => {
    const group: EncodedGroup = usesLosers ? loaded : winnersOf(loaded)
    const logProbs =
      reference === undefined ? new Float64Array(group.responses.length) : lookUpReference(reference, group)
    return { ...group, reference: logProbs }
  })
}

/** All groups of a source, a few at a time. */
export async function* preparedPages(
  source: GroupSource,
  options: PrepareOptions,
  pageSize = 16,
): AsyncGenerator<PreparedGroup[]> {
  for (let start = 0; start < source.ids.length; start += pageSize) {
    yield await prepareGroups(source, source.ids.slice(start, start + pageSize), options)
  }
}
