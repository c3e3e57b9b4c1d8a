/**
 * One program against one suite, in one box: built once, run for each test until one fails.
 *
 * A test is passed only by a run whose process ended by itself with exit status 0 and that gave the expected output.
 * An output that is right does not excuse another exit status. What is expected never leaves this process.
 */
import { randomBytes } from 'node:crypto'
import { LANGUAGE_NAMES, type Program } from '../records/language.ts'
import { signatureOfCalls } from '../records/signature-of-calls.ts'
import type { Suite, SuiteLimits, Test } from '../records/suite.ts'
import type { CallSignature } from '../records/value-type.ts'
import type { Verdict } from '../records/verdict.ts'
import type { FinishedRun, RunReport } from '../sandbox/run-report.ts'
import type { Box } from './box.ts'
import { compareOutput } from './compare-output.ts'
import { compareResult } from './compare-result.ts'
import { findPrograms, missingLanguage } from './find-programs.ts'
import { JSON_CALL_FORM } from './json-call-form.ts'
import type { Built, LanguageDefinition } from './languages/language-definition.ts'
import { definitionOf } from './languages/languages.ts'
import { RUN_ENVIRONMENT } from './run-environment.ts'
import type { Workshop } from './workshop.ts'

/** A busy machine must not fail an answer: what counts is CPU time, and the wall clock is for those that wait. */
const WALL_FACTOR = 3
/** What a program's first thread gets where its language says nothing. */
export const STACK_BYTES = 8 * 1024 * 1024
/** Addresses beyond the memory allowed: stacks of threads and what runtimes reserve. Size is watched apart. */
const RESERVED_BYTES = 4 * 1024 ** 3
const SHOWN_CHARS = 1000

type Ready = Extract<Built, { kind: 'built' }>

/** What a test comes to; `sandbox-error` says nothing about the program. */
type Outcome =
  | Verdict
  | { readonly kind: 'right' }
  | { readonly kind: 'sandbox-error'; readonly detail: string }

export async function judgeAnswer(
  box: Box,
  program: Program,
  suite: Suite,
  workshop: Workshop,
): Promise<Verdict | { readonly kind: 'sandbox-error'; readonly detail: string }> {
  const tests = suite.tests.filter((test) => test.kind === 'call')
  const functions = [...new Set(tests.map(({ name }) => name))]
  const definition = definitionOf(program.language)
  const programs = findPrograms(definition)
  const reason = unjudgedReason(suite, functions, definition, programs !== undefined)
  if (reason !== undefined) return { kind: 'unjudged', reason }
  const [name] = functions
  const calls =
    name === undefined
      ? undefined
      : {
          name,
          arguments: tests.map((test) => test.arguments),
          signature: signatureOfCalls(tests),
        }
  const job = { box, code: program.code, limits: suite.limits, programs: programs!, workshop }
  const first = suite.tests[0]!
  const built =
    first.kind === 'code'
      ? await definition.buildCodeTest!(job, first)
      : await definition.build({ ...job, calls })
  if (built.kind !== 'built') return built
  for (const [index, test] of suite.tests.entries()) {
    const outcome = await runTest(box, built, definition, suite, test, index, calls?.signature)
    if (outcome.kind !== 'right') return outcome
  }
  return { kind: 'passed' }
}

function unjudgedReason(
  { tests }: Suite,
  functions: readonly string[],
  definition: LanguageDefinition,
  installed: boolean,
): string | undefined {
  const calls = tests.filter((test) => test.kind === 'call')
  if (tests.length === 0) return 'the suite has no tests'
  if (new Set(tests.map(({ kind }) => kind)).size > 1) return 'the suite mixes kinds of tests'
  if (functions.length > 1) return `the suite calls several functions (${functions.join(', ')})`
  const flaw = calls.length > 0 ? callFormOf(definition).flawOf(calls) : undefined
  if (flaw !== undefined) return flaw
  if (tests[0]!.kind === 'code') {
    if (tests.length > 1) return 'the suite has several tests in the form of code'
    if (definition.buildCodeTest === undefined)
      return `tests in the form of code cannot be run in ${LANGUAGE_NAMES[definition.language]} yet`
  }
  return installed ? undefined : missingLanguage(definition)
}

async function runTest(
  box: Box,
  built: Ready,
  definition: LanguageDefinition,
  { comparison, limits }: Suite,
  test: Test,
  index: number,
  signature: CallSignature | undefined,
): Promise<Outcome> {
  const nonce = randomBytes(16).toString('hex')
  const [path, ...argv] = built.command
  const told = toldOnDescriptor(test, nonce, built, definition, signature)
  const report = await box.run({
    path: path!,
    argv,
    env: RUN_ENVIRONMENT,
    limits: { ...limitsOfRun(limits), stackBytes: built.stackBytes ?? STACK_BYTES },
    ...(test.kind === 'stdin' ? { stdin: Buffer.from(test.input) } : {}),
    ...(told === undefined ? {} : { args: Buffer.from(told), wantRecord: true }),
    // A process more could try out what a test wants, and answer once it is known.
    argsOnce: test.kind === 'code',
    oneProcess: test.kind === 'code' && built.startsProcesses !== true,
  })
  const failure = failureOf(report, definition, index, test.kind)
  if (failure !== undefined) return failure
  const finished = report as FinishedRun
  if (test.kind === 'stdin') {
    if (compareOutput(test.output, finished.stdout, comparison)) return { kind: 'right' }
    return wrong(index, test.output, finished.stdout.toString())
  }
  if (test.kind === 'code') {
    if (finished.record.equals(Buffer.from(nonce))) return { kind: 'right' }
    return { kind: 'runtime-error', test: index, message: 'the program ended before its test did' }
  }
  const result = behindNonce(finished.record, nonce)
  const returned = result && callFormOf(definition).decode(result, signature!.result)
  if (returned === undefined) {
    return { kind: 'runtime-error', test: index, message: 'the program ended before the function returned' }
  }
  const expected = JSON.stringify(test.result)
  if ('noJson' in returned) return wrong(index, expected, `what is not JSON: ${returned.noJson}`)
  if (compareResult(test.result, returned.value, comparison, definition)) return { kind: 'right' }
  return wrong(index, expected, JSON.stringify(returned.value))
}

const callFormOf = ({ callForm }: LanguageDefinition) => callForm ?? JSON_CALL_FORM

/** What the run's driver reads on descriptor 4 before the answer begins. */
function toldOnDescriptor(
  test: Test,
  nonce: string,
  built: Ready,
  definition: LanguageDefinition,
  signature: CallSignature | undefined,
): string | undefined {
  switch (test.kind) {
    case 'stdin':
      return undefined
    case 'call':
      return callFormOf(definition).encode(nonce, test, signature!)
    case 'code':
      return `${nonce}\n${built.told ?? ''}`
  }
}

export const limitsOfRun = ({ testMs, memoryBytes, outputBytes }: SuiteLimits) => ({
  cpuMs: testMs,
  wallMs: WALL_FACTOR * testMs,
  memoryBytes,
  dataBytes: 2 * memoryBytes + RESERVED_BYTES,
  outputBytes,
})

/** Undefined for a run that ended by itself with exit status 0. */
function failureOf(
  report: RunReport,
  { outOfMemory }: LanguageDefinition,
  test: number,
  kind: Test['kind'],
): Outcome | undefined {
  switch (report.kind) {
    case 'sandbox-error':
      return report
    case 'timeout':
    case 'output-limit':
    case 'memory-limit':
      return { kind: report.kind, test }
    case 'forbidden-syscall':
      return {
        kind: 'runtime-error',
        test,
        message: 'a system call that programs under judgement may not make',
      }
    case 'signaled':
      return runtimeError(`ended by ${report.signal}`, wordsOf(report, kind), outOfMemory, test)
    case 'exited':
      return report.code === 0
        ? undefined
        : runtimeError(`exit status ${report.code}`, wordsOf(report, kind), outOfMemory, test)
  }
}

/** On standard error; Go's package testing says on the other output what failed. */
function wordsOf({ stderr, stdout }: FinishedRun, kind: Test['kind']): string {
  const said = stderr.toString().trim()
  return said === '' && kind === 'code' ? stdout.toString().trim() : said
}

function runtimeError(how: string, said: string, outOfMemory: RegExp | undefined, test: number): Verdict {
  if (outOfMemory?.test(said)) return { kind: 'memory-limit', test }
  // What a runtime says last, as Python's name of the error, is what tells most.
  return { kind: 'runtime-error', test, message: said === '' ? how : `${how}: ${said.slice(-SHOWN_CHARS)}` }
}

function wrong(test: number, expected: string, got: string): Verdict {
  return { kind: 'wrong-answer', test, expected: shortened(expected), got: shortened(got) }
}

const shortened = (text: string) =>
  text.length <= SHOWN_CHARS ? text : `${text.slice(0, SHOWN_CHARS)}... (${text.length} characters)`

/** Undefined without this run's nonce, which only its driver has been told. */
function behindNonce(record: Buffer, nonce: string): Buffer | undefined {
  const mark = Buffer.from(`${nonce}\n`)
  return record.subarray(0, mark.length).equals(mark) ? record.subarray(mark.length) : undefined
}
