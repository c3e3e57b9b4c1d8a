/**
 * Two versions in, how a function that both define is entered out, or why it cannot be: their types as a caller sees them
 * must be the same, and one of the two must say what pointers point to.
 */
import { type CallPlan, type PlanType, typeAt } from '../call/call-plan.ts'
import { driverSource } from '../call/driver-source.ts'
import type { EntryPoint } from '../call/entry-point.ts'
import type { UnsupportedCall } from '../call/plan/plan-call.ts'
import { readIr } from '../mutate-ir/read-ir.ts'
import { readSignatures, type Signature, signatureText } from '../mutate-ir/read-signature.ts'
import { planFromIr } from './plan-from-ir.ts'
import type { Version } from './read-version.ts'

export type Matched =
  | { readonly kind: 'ok'; readonly entryPoint: EntryPoint }
  | { readonly kind: 'unknown'; readonly reason: string }

type Versions = readonly [Version, Version]

/** Names of functions that can be called from outside, in the order of the text. */
export const callableFunctions = (version: Version): string[] =>
  [...signaturesOf(version)].flatMap(([name, { isLocal }]) => (isLocal ? [] : [name]))

const signaturesOf = ({ ir }: Version) => readSignatures(readIr(ir))

export function matchPrograms(versions: Versions): Matched {
  const signatures = versions.map((version) => signaturesOf(version).get('main'))
  const exitDefined = versions.every(
    ({ endOfMainReturnsZero }, side) => endOfMainReturnsZero && signatures[side]!.returns === 'i32',
  )
  return { kind: 'ok', entryPoint: { kind: 'program', exitDefined } }
}

export function matchFunction(versions: Versions, name: string): Matched {
  const [a, b] = versions.map((version) => signaturesOf(version).get(name)) as [Signature, Signature]
  const [textA, textB] = [signatureText(name, a), signatureText(name, b)]
  if (textA !== textB)
    return unknown(
      `the signatures do not match: ${textA} in ${versions[0].name}, ${textB} in ${versions[1].name}`,
    )
  const plans = versions.map((version) => debugPlan(version, name))
  const [known, other] = plans.filter((plan) => plan.kind === 'plan')
  if (known !== undefined && other !== undefined) {
    const mismatch = layoutMismatch(known, other)
    if (mismatch !== undefined) return unknown(mismatch)
  }
  const plan = known ?? fallbackPlan(versions, plans, name, a)
  if (plan.kind === 'unsupported')
    return unknown(`${name} cannot be called with made-up arguments: ${plan.reason}`)
  const shared = {
    ...plan,
    globals: plan.globals.filter((global) => versions.every((one) => defines(one, global.name))),
  }
  return { kind: 'ok', entryPoint: { kind: 'function', plan: shared, driver: driverSource(shared) } }
}

const unknown = (reason: string): Matched => ({ kind: 'unknown', reason })

const NO_DEBUG_INFORMATION = { kind: 'unsupported', reason: 'no debug information' } as const

const debugPlan = ({ debugIr, form, language }: Version, name: string): CallPlan | UnsupportedCall =>
  form === 'ir' && !debugIr.includes('!DISubprogram(')
    ? NO_DEBUG_INFORMATION
    : language.planCall(debugIr, name)

/** What a source says stands; what only IR is there for is read off the IR. */
function fallbackPlan(
  versions: Versions,
  plans: readonly (CallPlan | UnsupportedCall)[],
  name: string,
  signature: Signature,
) {
  const refusal = plans.find((plan) => plan.kind === 'unsupported' && plan !== NO_DEBUG_INFORMATION)
  if (refusal !== undefined) return refusal
  const fromIr = versions.map(({ ir }) => planFromIr(ir, name, signature))
  return fromIr.find((plan) => plan.kind === 'plan') ?? fromIr[0]!
}

/** A variable that both have is part of what a call does; one that only one of them has is its own affair. */
const defines = ({ ir }: Version, global: string) =>
  new RegExp(
    `^@"?${global.replaceAll('$', '\\$')}"? = (?!private |internal |external )[^\n]*\\bglobal `,
    'm',
  ).test(ir)

/** Memory that a caller hands over must mean the same to both. */
function layoutMismatch(a: CallPlan, b: CallPlan): string | undefined {
  const compared = new Set<string>()

  function differs(keyA: number, keyB: number): boolean {
    const pair = `${keyA} ${keyB}`
    if (compared.has(pair)) return false
    compared.add(pair)
    const [x, y] = [typeAt(a, keyA), typeAt(b, keyB)]
    if (x.kind === 'opaque' || y.kind === 'opaque') return false
    if (scalarKind(x) !== scalarKind(y) || x.size !== y.size) return true
    if (x.kind === 'pointer' && y.kind === 'pointer') return differs(x.to, y.to)
    if (x.kind === 'array' && y.kind === 'array') return x.count !== y.count || differs(x.element, y.element)
    if (x.kind === 'struct' && y.kind === 'struct')
      return (
        x.members.length !== y.members.length ||
        x.members.some(({ type, bitOffset, bits }, at) => {
          const member = y.members[at]!
          return bitOffset !== member.bitOffset || bits !== member.bits || differs(type, member.type)
        })
      )
    return false
  }

  for (const [at, { name, type }] of a.parameters.entries())
    if (differs(type, b.parameters[at]!.type))
      return `parameter ${name} of ${a.function} leads to memory of different layouts`
  for (const { name, type } of a.globals) {
    const global = b.globals.find((one) => one.name === name)
    if (global !== undefined && differs(type, global.type)) return `the global ${name} has different layouts`
  }
  return undefined
}

/** Whole numbers are alike, whatever they are called. */
const scalarKind = ({ kind }: PlanType) => (kind === 'enum' || kind === 'boolean' ? 'integer' : kind)
