/**
 * A unit in; how it is called, the inputs on which it is clean and repeats itself, and its results on them out, or why
 * no group can be about it.
 */

import type { EntryPoint } from '../../call/entry-point.ts'
import type { CodeEngine } from '../../execute/code-engine.ts'
import { findInputs } from '../../execute/inputs/find-inputs.ts'
import { screenOf } from '../../execute/original/screen-original.ts'
import { languageOf, unitCode } from '../../languages/languages.ts'
import type { Unit } from '../../records/unit.ts'
import { type Dropped, drop } from '../drop.ts'
import type { Timed } from '../time-stages.ts'
import type { Subject } from './open-subject.ts'
import { planEntryPoint } from './plan-entry-point.ts'

/** Attempts at an input for each that is wanted; most attempts repeat what is known. */
const ATTEMPTS_PER_INPUT = 4

/** A unit of more is generated data; its mutants, inputs and levels would keep a build busy for minutes. */
const MOST_IR_LINES = 20_000

type OpenedUnit =
  | Dropped
  | {
      readonly kind: 'opened'
      readonly entryPoint: EntryPoint
      readonly unitSubject: Subject
      readonly inputsTried: number
    }

export async function openUnit(
  engine: CodeEngine,
  unit: Unit,
  { wanted, seed }: { readonly wanted: number; readonly seed: string },
  timed: Timed,
): Promise<OpenedUnit> {
  const language = languageOf(unit)
  const original = unitCode(unit)
  const o0 = await timed('compile', () => engine.emitIr(original, 'O0'))
  if (o0.kind !== 'ok')
    return drop('compile', 'compile', o0.kind === 'rejected' ? o0.stderr.slice(0, 300) : o0.kind)
  const lines = o0.stdout.split('\n').length
  if (lines > MOST_IR_LINES) return drop('compile', 'too-large', `${lines} lines of IR at O0`)
  const impurity = language.findImpurity(o0.stdout)
  if (impurity) return drop('compile', impurity.reason, impurity.detail)

  const called = await timed('compile', () => planEntryPoint(engine, unit))
  if (called.kind === 'unsupported') return drop('input', 'unsupported-signature', called.reason)
  const { entryPoint } = called

  const cover = await timed('input', () => engine.build(original, 'cover', entryPoint))
  if (cover.kind === 'rejected') return drop('compile', 'compile', cover.detail)
  const screen = screenOf(engine, original, entryPoint, cover.executable)
  const found = await timed('input', () =>
    findInputs(engine, cover.executable, screen, {
      seed,
      attempts: wanted * ATTEMPTS_PER_INPUT,
      wanted,
      dictionary: language.findConstants(unit.code),
    }),
  )
  if (found.kind === 'dropped') return drop(found.stage, found.reason, found.detail)
  const { inputs, edgesReached, edgesTotal, tried } = found
  const coverage = { edgesReached, edgesTotal }
  const unitSubject = { mutant: undefined, code: unit.code, o0: o0.stdout, inputs, coverage }
  return { kind: 'opened', entryPoint, unitSubject, inputsTried: tried }
}
