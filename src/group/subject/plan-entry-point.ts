/** A unit in, the way to enter it out. Needs the compiler, because only debug information knows a function's types exactly. */

import { driverSource } from '../../call/driver-source.ts'
import type { EntryPoint } from '../../call/entry-point.ts'
import type { CodeEngine } from '../../execute/code-engine.ts'
import { languageOf, unitCode } from '../../languages/languages.ts'
import type { Unit } from '../../records/unit.ts'

export type EntryPointPlan =
  | { readonly kind: 'ok'; readonly entryPoint: EntryPoint }
  | { readonly kind: 'unsupported'; readonly reason: string }

export async function planEntryPoint(engine: CodeEngine, unit: Unit): Promise<EntryPointPlan> {
  if (unit.kind === 'program')
    return { kind: 'ok', entryPoint: { kind: 'program', exitDefined: unit.exitDefined } }
  const debug = await engine.emitIr(unitCode(unit), 'O0', { debug: true })
  if (debug.kind !== 'ok') return { kind: 'unsupported', reason: `no debug information: ${debug.kind}` }
  const plan = languageOf(unit).planCall(debug.stdout, unit.name)
  if (plan.kind === 'unsupported') return plan
  return { kind: 'ok', entryPoint: { kind: 'function', plan, driver: driverSource(plan) } }
}
