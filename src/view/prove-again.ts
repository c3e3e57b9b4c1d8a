/**
 * A stored group in, what its labels are worth today out, for people: the same proof as `gepo verify`, in the same sandbox,
 * one group at a time. What compiles and runs is loaded and started at the first proof.
 */
import { UserError } from '../base/user-error.ts'
import type { LabelFinding } from '../group/verify-group.ts'
import type { Pool } from '../pipeline/open-pool.ts'
import type { StoredGroup } from '../records/group-record.ts'

/** What is told, by the place on the page that it is told at: `group`, `winner 0`, `loser 2`. */
export interface Told {
  readonly told: Readonly<Record<string, { readonly text: string; readonly state: 'good' | 'bad' | 'warn' }>>
}

export interface Prover {
  prove(stored: StoredGroup): Promise<Told>
  close(): Promise<void>
}

/** Proofs that may wait for each other: a person asks for one. */
const MOST_WAITING = 8

export function openProver(openPool: (signal: AbortSignal) => Promise<Pool>): Prover {
  const closing = new AbortController()
  let pool: Promise<Pool> | undefined
  let waiting = 0

  async function findings(stored: StoredGroup): Promise<LabelFinding[]> {
    pool ??= openPool(closing.signal)
    try {
      return await (await pool).verify({ group: stored.group, unit: stored.unit })
    } catch (error) {
      // A tool may be installed meanwhile.
      if (error instanceof UserError) pool = undefined
      throw error
    }
  }

  return {
    async prove(stored) {
      if (waiting >= MOST_WAITING) return said('Other groups are being proven; try again later.')
      waiting++
      const start = performance.now()
      try {
        return tell(stored, await findings(stored), (performance.now() - start) / 1000)
      } catch (error) {
        if (error instanceof UserError) return said(error.message)
        if (closing.signal.aborted) return said('gepo view is ending.')
        throw error
      } finally {
        waiting--
      }
    },
    async close() {
      closing.abort()
      await (await pool?.catch(() => undefined))?.close()
    },
  }
}

const said = (text: string): Told => ({ told: { group: { text, state: 'warn' } } })

function tell({ group }: StoredGroup, findings: readonly LabelFinding[], seconds: number): Told {
  const members = [...group.winners.map((_, i) => `winner ${i}`), ...group.losers.map((_, i) => `loser ${i}`)]
  // What is wrong with the whole may have kept the members from being tried.
  const ofWhole = findings.filter(({ member }) => !members.includes(member))
  const told = members.flatMap((member) => {
    const finding = findings.find((one) => one.member === member)
    if (finding !== undefined) return [[member, findingTold(finding)] as const]
    return ofWhole.length > 0 ? [] : [[member, { text: 'proven', state: 'good' }] as const]
  })
  const time = `${seconds.toFixed(1)} s`
  const [first] = ofWhole
  const failed = findings.filter(({ verdict }) => verdict === 'failed').length
  const whole =
    first !== undefined
      ? findingTold(first)
      : findings.length === 0
        ? ({
            text: `Proven: ${group.winners.length} winners and ${group.losers.length} losers hold (${time}).`,
            state: 'good',
          } as const)
        : ({
            text: `${failed} failed, ${findings.length - failed} unknown (${time}).`,
            state: failed > 0 ? 'bad' : 'warn',
          } as const)
  return { told: { ...Object.fromEntries(told), group: whole } }
}

function findingTold({ member, verdict, reason, detail }: LabelFinding): Told['told'][string] {
  const [firstLine = ''] = detail.split('\n', 1)
  return {
    text: `${verdict === 'failed' ? 'failed' : 'unknown'}: ${member === 'all' ? '' : `${member}, `}${reason}${firstLine === '' ? '' : ` (${firstLine.slice(0, 200)})`}`,
    state: verdict === 'failed' ? 'bad' : 'warn',
  }
}
