/**
 * Groups in, one at a time, texts that several of them share out: under one label, or as one's winner and another's
 * loser. Texts are compared by 53 bits of their sha256: the odds that any two of three million differ and share them
 * are 1 in 2,000.
 *
 * Memory: 12 bytes a member, twice that while it is sorted.
 */
import { createHash } from 'node:crypto'
import { canonicalIr } from '../compile/canonical-ir.ts'
import { SPLITS } from '../records/split.ts'
import type { AuditGroup } from '../store/audit-rows.ts'

/** Texts shared by several groups. */
export interface SharedTexts {
  readonly texts: number
  /** Groups that have at least one of them. */
  readonly groups: number
  /** Of the texts, those whose groups lie in more than one split. */
  readonly acrossSplits: number
  /** Ids of the groups of the first few texts, those across splits first. */
  readonly examples: readonly (readonly string[])[]
}

export interface Duplicates {
  /** Texts that are winners in several groups. */
  readonly winners: SharedTexts
  readonly losers: SharedTexts
  /** Texts that are one group's winner and another's loser. */
  readonly winnerAndLoser: SharedTexts
}

export interface DuplicateFinder {
  add(group: AuditGroup): void
  find(): { readonly byText: Duplicates; readonly byCanonicalIr: Duplicates }
}

const EXAMPLES = 5
const GROUPS_PER_EXAMPLE = 4

export function createDuplicateFinder(): DuplicateFinder {
  const groups: Groups = { ids: [], splits: [] }
  const texts = createMembers()
  const canonical = createMembers()
  return {
    add({ id, split, winners, losers }) {
      const group = groups.ids.push(id) - 1
      groups.splits.push(SPLITS.indexOf(split))
      for (const [label, members] of [winners, losers].entries()) {
        for (const { ir } of members) {
          texts.add(ir, group, label)
          canonical.add(canonicalIr(ir), group, label)
        }
      }
    },
    find: () => ({ byText: findDuplicates(texts, groups), byCanonicalIr: findDuplicates(canonical, groups) }),
  }
}

interface Groups {
  readonly ids: string[]
  readonly splits: number[]
}

interface Members {
  add(text: string, group: number, label: number): void
  /** Groups with the label (group * 2 + label) that have the same text. */
  sharing(): Generator<number[]>
}

function createMembers(): Members {
  let hashes = new Float64Array(1024)
  let owners = new Uint32Array(1024)
  let used = 0
  return {
    add(text, group, label) {
      if (used === hashes.length) {
        const [wider, longer] = [new Float64Array(used * 2), new Uint32Array(used * 2)]
        wider.set(hashes)
        longer.set(owners)
        hashes = wider
        owners = longer
      }
      const digest = createHash('sha256').update(text, 'utf8').digest()
      hashes[used] = digest.readUIntBE(0, 6) * 32 + (digest[6]! >> 3)
      owners[used++] = group * 2 + label
    },
    *sharing() {
      const order = Uint32Array.from({ length: used }, (_, member) => member)
      order.sort((a, b) => hashes[a]! - hashes[b]! || owners[a]! - owners[b]!)
      for (let start = 0, end = 0; start < used; start = end) {
        while (end < used && hashes[order[end]!] === hashes[order[start]!]) end++
        if (end - start > 1) yield Array.from(order.subarray(start, end), (member) => owners[member]!)
      }
    },
  }
}

function findDuplicates(members: Members, groups: Groups): Duplicates {
  const winners = createSharedTexts(groups)
  const losers = createSharedTexts(groups)
  const winnerAndLoser = createSharedTexts(groups)
  for (const owners of members.sharing()) {
    const winning = new Set(owners.filter((owner) => owner % 2 === 0).map((owner) => owner >> 1))
    const losing = new Set(owners.filter((owner) => owner % 2 === 1).map((owner) => owner >> 1))
    winners.add(winning)
    losers.add(losing)
    if (winning.size > 0 && losing.size > 0) winnerAndLoser.add(winning.union(losing))
  }
  return { winners: winners.result(), losers: losers.result(), winnerAndLoser: winnerAndLoser.result() }
}

function createSharedTexts({ ids, splits }: Groups) {
  let texts = 0
  const concerned = new Set<number>()
  const leaks: (readonly string[])[] = []
  const others: (readonly string[])[] = []
  let acrossSplits = 0
  return {
    add(owners: ReadonlySet<number>) {
      if (owners.size < 2) return
      texts++
      for (const owner of owners) concerned.add(owner)
      const isLeak = new Set(Array.from(owners, (owner) => splits[owner])).size > 1
      if (isLeak) acrossSplits++
      const list = isLeak ? leaks : others
      if (list.length < EXAMPLES)
        list.push(
          [...owners]
            .sort((a, b) => a - b)
            .slice(0, GROUPS_PER_EXAMPLE)
            .map((owner) => ids[owner]!),
        )
    },
    result: (): SharedTexts => ({
      texts,
      groups: concerned.size,
      acrossSplits,
      examples: [...leaks, ...others].slice(0, EXAMPLES),
    }),
  }
}
