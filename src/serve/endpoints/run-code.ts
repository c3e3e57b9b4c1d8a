/** `POST /run_code`: SandboxFusion's. A program is run in the judge's box on one input; nothing is judged. */
import { z } from 'zod'
import { DEFAULT_SUITE_LIMITS, type SuiteLimits } from '../../records/suite.ts'
import type { Desk } from '../desk.ts'
import { positiveField, wholeNumberField } from '../number-fields.ts'
import { readAs, refuseMore } from '../read-json.ts'
import { RequestError } from '../request-error.ts'
import { FUSION_NAMES, languageByFusionName } from '../sandbox-fusion/languages.ts'
import { fusionRuns, sandboxError } from '../sandbox-fusion/run-result.ts'
import type { Endpoint } from './endpoint.ts'

const MIB = 1024 * 1024
const LEAST_MEMORY_MIB = 64

export const fusionLanguage = () =>
  z.enum(FUSION_NAMES, { error: `must be one of ${FUSION_NAMES.join(', ')}` })

/** Other fields, and those of later versions, do not matter. */
const bodySchema = z.object({
  code: z.string({ error: 'must be text' }),
  language: fusionLanguage(),
  stdin: z.string({ error: 'must be text' }).nullish(),
  /** Not kept: compilers have the judge's own limits. */
  compile_timeout: positiveField().nullish(),
  run_timeout: positiveField().default(10),
  /** -1: the server's default. */
  memory_limit_MB: wholeNumberField(-1).default(-1),
  files: z.record(z.string(), z.unknown()).default({}),
  fetch_files: z.array(z.unknown()).default([]),
})

export const runCodeEndpoint: Endpoint = {
  path: '/run_code',
  async answer(body, desk) {
    const { code, stdin, ...request } = readAs(bodySchema, body, 'the body')
    if (request.fetch_files.length > 0 || Object.values(request.files).some((content) => content !== null))
      throw new RequestError(
        422,
        'Programs get no files here and give none back: "files" and "fetch_files" must be empty.',
      )
    const language = languageByFusionName(request.language)
    const limits = runLimitsFor(request.run_timeout, request.memory_limit_MB, desk)
    const ran = await desk.run({ language, code }, { inputs: [stdin ?? ''], limits })
    return ran.kind === 'unjudged' ? sandboxError(ran.reason) : fusionRuns(language, ran)[0]!
  },
}

/** @throws RequestError for more than the server gives, or less than runtimes start with */
export function runLimitsFor(seconds: number, memoryMib: number, { limits }: Desk): SuiteLimits {
  const testMs = Math.max(10, Math.ceil(seconds * 1000))
  refuseMore('run_timeout in milliseconds', testMs, limits.testMs, '--max-test-seconds')
  if (memoryMib <= 0) return { ...DEFAULT_SUITE_LIMITS, testMs }
  if (memoryMib < LEAST_MEMORY_MIB)
    throw new RequestError(
      422,
      `"memory_limit_MB" must be at least ${LEAST_MEMORY_MIB}: runtimes start with as much.`,
    )
  refuseMore('memory_limit_MB in bytes', memoryMib * MIB, limits.memoryBytes, '--max-memory-mib')
  return { ...DEFAULT_SUITE_LIMITS, testMs, memoryBytes: memoryMib * MIB }
}
