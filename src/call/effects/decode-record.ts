/**
 * A call's plan, input and record in, its effects out: memory read through its types, pointers turned into names.
 *
 * Two runs have equal effects exactly when no caller could tell them apart by looking at the result, at the memory
 * that existed before the call (parameters' blocks and non-static globals), and at new memory these lead to. Not
 * seen: static variables, unions that hold pointers, what lies behind `void *`, memory of other allocators.
 */
import type { CallEffects, DecodedCall, Observed } from '../../records/call-effects.ts'
import type { CallInput } from '../../records/input.ts'
import { type CallPlan, typeAt } from '../call-plan.ts'
import { dereferenced, elementOf, named } from '../lvalue.ts'
import { globalName } from '../name-blocks.ts'
import { ChangeNotes } from './change-notes.ts'
import { type MetObject, PointerNames } from './pointer-names.ts'
import { type CallRecord, type MemoryObject, readRecord } from './read-record.ts'
import { ValueReader } from './value-reader.ts'
import { padded, Uninitialized, viewOf, writtenElements } from './view.ts'

/** @param bytes what the harness wrote to file descriptor 3; bytes after the record are not looked at */
export function decodeRecord(plan: CallPlan, input: CallInput, bytes: Uint8Array): DecodedCall {
  const record = readRecord(bytes)
  if (record === undefined) return { kind: 'no-record' }
  if (record.tooLong) return { kind: 'too-long' }
  const isKnown = ({ kind, index }: MemoryObject) =>
    (kind !== 'block' || index < input.blocks.length) && (kind !== 'global' || index < plan.globals.length)
  if (!record.objects.every(isKnown)) return { kind: 'no-record' }
  try {
    return { kind: 'effects', effects: effectsOf(plan, input, record) }
  } catch (error) {
    if (error instanceof Uninitialized) return { kind: 'uninitialized', path: error.path }
    throw error
  }
}

/** The result is read first, then changed memory, then new memory: so new memory is named in that order. */
function effectsOf(plan: CallPlan, input: CallInput, record: CallRecord): CallEffects {
  const pointers = new PointerNames(plan, input, record)
  const values = new ValueReader(plan, pointers)
  const changes = new ChangeNotes(plan, values)
  const returned = returnedValue(plan, record, values)
  for (const object of record.objects) {
    if (object.kind === 'block') noteBlock(changes, input, pointers.blocks[object.index]!, object)
    else if (object.kind === 'global') noteGlobal(changes, plan, object)
  }
  const allocated: Record<string, Observed> = {}
  // Reading new memory may lead to more of it, which the loop then meets too.
  for (const [object, met] of pointers.met) allocated[met.name] = allocatedValue(plan, values, object, met)
  return {
    ...(returned === undefined ? {} : { return: returned }),
    ...(record.exited ? { exited: true } : {}),
    memory: changes.memory,
    ...(Object.keys(allocated).length === 0 ? {} : { allocated }),
  }
}

function returnedValue(
  { returns }: CallPlan,
  { objects }: CallRecord,
  values: ValueReader,
): Observed | undefined {
  const range = objects.find(({ kind }) => kind === 'result')?.ranges[0]
  if (range === undefined || returns === null) return undefined
  return values.value(returns, 0, viewOf(range, null), named('return'))
}

function noteBlock(changes: ChangeNotes, input: CallInput, pointer: string, object: MemoryObject): void {
  if (object.freed) {
    changes.memory[pointer] = 'freed'
    return
  }
  const { type, count } = input.blocks[object.index]!
  for (const range of object.ranges) {
    const view = viewOf(range, null)
    if (count === 1) changes.note(type, 0, view, dereferenced(pointer))
    else changes.noteElements(type, count, 0, view, (index) => elementOf(pointer, index))
  }
}

function noteGlobal(changes: ChangeNotes, plan: CallPlan, object: MemoryObject): void {
  const { name, type } = plan.globals[object.index]!
  for (const range of object.ranges) changes.note(type, 0, viewOf(range, null), named(globalName(plan, name)))
}

/** Elements up to the last one that was written and is not zero. */
function allocatedValue(
  plan: CallPlan,
  values: ValueReader,
  object: MemoryObject,
  { name, type: key }: MetObject,
): Observed {
  const type = typeAt(plan, key)
  const range = object.ranges[0]
  if (range === undefined || type.kind === 'opaque' || type.size === 0) return []
  // The record ends with the last byte written; the rest of the last element still holds the pattern.
  const count = Math.min(Math.ceil(range.after.length / type.size), Math.floor(object.size / type.size))
  const view = padded(viewOf(range, object.pattern), count * type.size, object.pattern)
  return values.elements(key, writtenElements(view, count, type.size), count, view, name)
}
