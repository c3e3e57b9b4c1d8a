/**
 * A database in, clusters of near-duplicate sources out, and those of them whose groups lie in more than one split.
 * Texts are read again where two are compared, so that memory is that of cluster-sources.ts.
 */
import type { Split } from '../records/split.ts'
import type { AuditRows } from '../store/audit-rows.ts'
import { clusterSources } from './cluster-sources.ts'
import { sourceShingles } from './source-shingles.ts'

export interface Clusters {
  /** Sources that have groups; no other can leak. */
  readonly sources: number
  /** Of at least two sources. */
  readonly clusters: number
  readonly sourcesInClusters: number
  readonly largest: number
  /** Clusters whose groups lie in more than one split. */
  readonly leaking: number
  readonly groupsInLeaking: number
  /** The first few. */
  readonly leaks: readonly Leak[]
}

export interface Leak {
  /** Groups by split. */
  readonly splits: Readonly<Partial<Record<Split, number>>>
  /** Where the first sources of each split come from. */
  readonly origins: readonly string[]
}

const LEAKS = 10

export function findLeaks(rows: Pick<AuditRows, 'groupHeads' | 'source'>): Clusters {
  const groupsBySource = new Map<number, Partial<Record<Split, number>>>()
  const ids = new Map<number, string>()
  for (const { sourceKey, sourceId, split } of rows.groupHeads()) {
    const splits = groupsBySource.get(sourceKey) ?? {}
    ids.set(sourceKey, sourceId)
    splits[split] = (splits[split] ?? 0) + 1
    groupsBySource.set(sourceKey, splits)
  }
  // In the order in which splits are settled: of very many alike, not all are compared.
  const keys = [...groupsBySource.keys()].sort((a, b) => (ids.get(a)! < ids.get(b)! ? -1 : 1))
  const roots = clusterSources({
    count: keys.length,
    shinglesOf: (index) => sourceShingles(rows.source(keys[index]!).text),
  })
  // As they were stored, the first ones first.
  const clusters = [...Map.groupBy(roots.keys(), (index) => roots[index]!).values()]
    .filter((members) => members.length > 1)
    .map((members) => members.map((index) => keys[index]!).sort((a, b) => a - b))
    .sort(([a], [b]) => a! - b!)
  const leaks = clusters.flatMap((members) => {
    const splits: Partial<Record<Split, number>> = {}
    const first = new Map<string, number>()
    for (const key of members) {
      for (const [split, n] of Object.entries(groupsBySource.get(key)!) as [Split, number][]) {
        splits[split] = (splits[split] ?? 0) + n
        if (!first.has(split)) first.set(split, key)
      }
    }
    return first.size > 1 ? [{ splits, first: [...first] }] : []
  })
  return {
    sources: keys.length,
    clusters: clusters.length,
    sourcesInClusters: clusters.reduce((sum, members) => sum + members.length, 0),
    largest: Math.max(0, ...clusters.map((members) => members.length)),
    leaking: leaks.length,
    groupsInLeaking: leaks.reduce((sum, { splits }) => sum + total(splits), 0),
    leaks: leaks.slice(0, LEAKS).map(({ splits, first }) => ({
      splits,
      origins: first.map(([split, key]) => `${split}: ${rows.source(key).origin}`),
    })),
  }
}

const total = (splits: Partial<Record<Split, number>>) => Object.values(splits).reduce((sum, n) => sum + n, 0)
