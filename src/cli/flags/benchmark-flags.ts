/** The flags of `gepo eval --benchmark` in, checked against each other; what is to be evaluated, and how, out. */

import { availableParallelism } from 'node:os'
import { nearestName } from '../../base/nearest-name.ts'
import { UserError } from '../../base/user-error.ts'
import type { Benchmark } from '../../evaluate/benchmarks/benchmark.ts'
import type { BenchmarkName } from '../../evaluate/benchmarks/benchmark-name.ts'
import { BENCHMARKS } from '../../evaluate/benchmarks/benchmarks.ts'
import type { DrawingConfig, PromptForm } from '../../evaluate/evaluation-config.ts'
import type { AnswersPlace } from '../../evaluate/open-answers.ts'
import type { BenchmarkOptions } from '../../evaluate/run-benchmark.ts'
import { LANGUAGES, type Language } from '../../records/language.ts'
import type { NumberType } from '../../train/tensor-engine/tensor-engine.ts'
import type { Context } from '../context.ts'
import { wholeNumberList } from './parse-number.ts'

export interface BenchmarkFlags {
  readonly benchmark: BenchmarkName
  readonly model?: string
  readonly endpoint?: string
  readonly answers?: string
  readonly out?: string
  readonly languages?: string
  readonly limit?: number
  readonly from?: readonly string[]
  readonly prompt: PromptForm
  readonly samples?: number
  readonly temperature?: number
  readonly topP?: number
  readonly maxTokens?: number
  readonly seed?: number
  readonly system?: string
  readonly k?: string
  readonly jobs?: number
  readonly batchSize?: number
  readonly numberType?: NumberType
  readonly threads?: number
  readonly concurrency?: number
  readonly timeout?: number
  readonly attempts?: number
  readonly requestFields?: string
  readonly resultFiles?: boolean
  readonly json?: boolean
}

export interface BenchmarkRequest
  extends Pick<BenchmarkOptions, 'benchmark' | 'languages' | 'limit' | 'from' | 'out' | 'answers' | 'ks'> {
  readonly jobs: number
}

/** @throws UserError that names the flag that is wrong */
export function parseBenchmarkFlags(
  flags: BenchmarkFlags,
  loadTensorEngine: Context['loadTensorEngine'],
): BenchmarkRequest {
  const benchmark = BENCHMARKS[flags.benchmark]
  if (flags.out === undefined)
    throw new UserError('Name the folder of the results, to make or to go on with, as --out.')
  return {
    benchmark,
    languages: languagesOf(flags.languages, benchmark),
    limit: flags.limit ?? null,
    from: flags.from ?? [],
    out: flags.out,
    answers: placeOf(flags, loadTensorEngine),
    ks: flags.k === undefined ? null : wholeNumberList(flags.k, '--k'),
    jobs: flags.jobs ?? availableParallelism(),
  }
}

function languagesOf(text: string | undefined, { name, languages }: Benchmark): Language[] | null {
  if (text === undefined) return null
  if (text === 'all') return [...languages]
  const asked = text.split(',').map((word) => {
    const found = LANGUAGES.find((language) => language === word.trim())
    if (found !== undefined && languages.includes(found)) return found
    const near = nearestName(word, languages)
    throw new UserError(
      `--languages ${word}: ${name} has ${languages.join(', ')}${near === undefined ? '' : ` (did you mean ${near}?)`}.`,
    )
  })
  return [...new Set(asked)]
}

function placeOf(flags: BenchmarkFlags, loadTensorEngine: Context['loadTensorEngine']): AnswersPlace {
  const { answers, endpoint, model, prompt } = flags
  if (answers !== undefined) {
    refuse(flags, ['model', 'endpoint', ...DRAWING, ...OF_MODEL, ...OF_ENDPOINT], 'with --answers')
    return { kind: 'file', path: answers, prompt }
  }
  if (model === undefined) {
    throw new UserError(
      'Say who answers: --model <folder>, --endpoint <url> with --model <name>, or --answers <file>.',
    )
  }
  if (endpoint === undefined) {
    refuse(flags, OF_ENDPOINT, 'without --endpoint')
    return {
      kind: 'model',
      folder: model,
      drawing: drawingOf(flags),
      batchSize: flags.batchSize ?? 32,
      numberType: flags.numberType,
      loadEngine: () => loadTensorEngine(flags.threads === undefined ? {} : { threads: flags.threads }),
    }
  }
  refuse(flags, OF_MODEL, 'with --endpoint')
  return {
    kind: 'endpoint',
    url: endpointUrl(endpoint),
    model,
    key: process.env.OPENAI_API_KEY || undefined,
    fields: requestFields(flags.requestFields),
    drawing: drawingOf(flags),
    concurrency: flags.concurrency ?? 8,
    timeoutMs: 1000 * (flags.timeout ?? MOST_TIMEOUT_SECONDS),
    attempts: flags.attempts ?? 6,
  }
}

type FlagName = keyof BenchmarkFlags
const DRAWING: readonly FlagName[] = ['samples', 'temperature', 'topP', 'maxTokens', 'seed', 'system']
const OF_MODEL: readonly FlagName[] = ['batchSize', 'numberType', 'threads']
const OF_ENDPOINT: readonly FlagName[] = ['concurrency', 'timeout', 'attempts', 'requestFields']

/** Node's own fetch waits no longer for the first byte of a reply. */
const MOST_TIMEOUT_SECONDS = 300

/** What would change nothing is a misunderstanding. */
function refuse(flags: BenchmarkFlags, names: readonly FlagName[], when: string): void {
  const given = names.find((name) => flags[name] !== undefined)
  if (given === undefined) return
  const flag = given.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  throw new UserError(`--${flag} has no meaning ${when}; leave one of them out.`)
}

function drawingOf(flags: BenchmarkFlags): DrawingConfig {
  const { prompt, samples = 1, temperature = 0, topP = 1, maxTokens = 1024, seed = 0, system } = flags
  if (samples > 1 && temperature === 0)
    throw new UserError(`--samples ${samples} would all be the same: give --temperature, such as 0.2.`)
  if (system !== undefined && prompt === 'raw')
    throw new UserError('--system has no meaning with --prompt raw; leave one of them out.')
  return { prompt, samples, temperature, topP, maxTokens, seed, system: system ?? null }
}

function endpointUrl(text: string): string {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UserError(`--endpoint ${text} is no address; give one such as http://127.0.0.1:8000/v1.`)
  return text.replace(/\/+$/, '')
}

function requestFields(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {}
  try {
    const fields = JSON.parse(text)
    if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) return fields
  } catch {
    // Said below.
  }
  throw new UserError(`--request-fields ${text} must be a JSON object, such as {"top_k": 20}.`)
}
