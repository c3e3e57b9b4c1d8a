/**
 * A database in, its groups' splits settled: no cluster of near-duplicate sources lies in more than one. Until then each
 * source has the split that it has by itself, which parts a near-copy now and then. The outcome depends on the sources
 * alone, not on the order in which they came or how often this was done; ids of groups do not cover their split.
 *
 * Works on the sources that have groups, as `gepo audit` does, and in the same order. Takes a millisecond or two a source.
 */
import type { Split } from '../records/split.ts'
import type { Store } from '../store/store.ts'
import { clusterSources } from './cluster-sources.ts'
import { sourceShingles } from './source-shingles.ts'
import { type PlacedSource, splitOfSource, splitsOfClusters } from './source-splits.ts'

/** @returns how many groups moved to another split */
export function settleSplits(store: Pick<Store, 'groupedSources' | 'source' | 'setSplits'>): number {
  const ids = store.groupedSources()
  const splits: Split[] = []
  const shinglesOf = (index: number) => {
    const shingles = sourceShingles(store.source(ids[index]!)!.text)
    splits[index] ??= splitOfSource(shingles)
    return shingles
  }
  const roots = clusterSources({ count: ids.length, shinglesOf })
  const clusters = new Map<number, PlacedSource[]>()
  for (const [index, id] of ids.entries()) {
    const placed = { id, split: splits[index]! }
    const members = clusters.get(roots[index]!)
    if (members === undefined) clusters.set(roots[index]!, [placed])
    else members.push(placed)
  }
  return store.setSplits(splitsOfClusters(clusters.values()))
}
