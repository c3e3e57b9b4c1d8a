/**
 * A database in, what its labels may give away out: near-copies across splits, texts that groups share, winners and
 * losers in tables, and how far a classifier gets that reads IR alone. Reads groups as a stream; memory grows by about
 * a kilobyte a group, and the classifier (find-artefacts.ts) takes a sample.
 */

import { createSample } from '../base/sample-ids.ts'
import { SPLITS, type Split } from '../records/split.ts'
import type { AuditRows } from '../store/audit-rows.ts'
import { type Artefacts, findArtefacts } from './find-artefacts.ts'
import { createDuplicateFinder, type Duplicates } from './find-duplicates.ts'
import { type Clusters, findLeaks } from './find-leaks.ts'
import { createMemberTabulator, type MemberTables } from './tabulate-members.ts'

export interface Audit {
  readonly seed: number
  readonly clusters: Clusters
  readonly duplicates: { readonly byText: Duplicates; readonly byCanonicalIr: Duplicates }
  readonly members: MemberTables
  /** Names as they are, and names made equal; null where there is nothing to train on. */
  readonly artefacts: { readonly kept: Artefacts | null; readonly normalised: Artefacts | null }
}

export interface AuditOptions {
  /** Draws the classifier's groups, where there are too many, and the bootstrap samples. */
  readonly seed: number
  readonly onStep?: (step: string) => void
}

/** Groups that the classifier reads, at most. */
const CLASSIFIER_GROUPS: Readonly<Record<Split, number>> = { train: 4000, validation: 1000, test: 1000 }

/**
 * @example
 * const rows = openAuditRows('groups.db')
 * console.log(audit(rows, { seed: 0 }).artefacts.normalised?.test.auc)
 */
export function audit(rows: AuditRows, { seed, onStep = () => {} }: AuditOptions): Audit {
  onStep('comparing sources')
  const clusters = findLeaks(rows)
  onStep('reading groups')
  const duplicates = createDuplicateFinder()
  const members = createMemberTabulator()
  for (const group of rows.groups()) {
    duplicates.add(group)
    members.add(group)
  }
  const sampled = sampleKeys(rows, seed)
  const artefacts = (names: 'kept' | 'normalised') => {
    onStep(`training the classifier, names ${names}`)
    return findArtefacts({ groups: () => rows.groups(sampled), names, seed }) ?? null
  }
  return {
    seed,
    clusters,
    duplicates: duplicates.find(),
    members: members.tables(),
    artefacts: { kept: artefacts('kept'), normalised: artefacts('normalised') },
  }
}

function sampleKeys(rows: AuditRows, seed: number): number[] {
  const samples = new Map(
    SPLITS.map((split) => [split, createSample<number>(CLASSIFIER_GROUPS[split], seed)]),
  )
  for (const { key, id, split } of rows.groupHeads()) samples.get(split)!.add(id, key)
  return [...samples.values()].flatMap((sample) => sample.drawn())
}
