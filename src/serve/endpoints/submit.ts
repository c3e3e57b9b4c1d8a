/**
 * `POST /submit`: SandboxFusion's, for problems of programs that read and print (its CommonOJ), which come along in
 * `config.provided_data`: there are no data sets here.
 */
import { z } from 'zod'
import { readAnswer } from '../../judge/read-answer.ts'
import type { FinishedRun } from '../../sandbox/run-report.ts'
import { positiveField } from '../number-fields.ts'
import { parseJson, readAs, refuseMore } from '../read-json.ts'
import { RequestError } from '../request-error.ts'
import { isSameStdout } from '../sandbox-fusion/is-same-stdout.ts'
import { languageByFusionName } from '../sandbox-fusion/languages.ts'
import { fusionRuns } from '../sandbox-fusion/run-result.ts'
import type { Endpoint } from './endpoint.ts'
import { fusionLanguage, runLimitsFor } from './run-code.ts'

const DEFAULT_RUN_SECONDS = 20
const SHOWN_CHARS = 1000

const text = () => z.string({ error: 'must be text' })

const testsSchema = z
  .array(
    z.object({
      input: z.strictObject(
        { stdin: text() },
        { error: 'must have "stdin" alone: there are no other files here' },
      ),
      output: z.strictObject(
        { stdout: text() },
        { error: 'must have "stdout" alone: there are no other files here' },
      ),
    }),
    { error: 'must be a list of tests' },
  )
  .min(1, { error: 'must hold at least one test' })

const bodySchema = z.object({
  id: z.union([z.number(), z.string()], { error: 'must be a number or text' }),
  completion: text(),
  config: z.object({
    language: fusionLanguage(),
    run_timeout: positiveField().nullish(),
    provided_data: z.looseObject({ test: z.unknown() }).nullish(),
    custom_extract_logic: z
      .null({ error: 'must be left out: programs of clients run in the sandbox alone' })
      .optional(),
    extra: z
      .object({ run_all_cases: z.boolean().optional(), return_full_case: z.boolean().optional() })
      .nullish(),
  }),
})

type FusionTest = z.output<typeof testsSchema>[number]

export const submitEndpoint: Endpoint = {
  path: '/submit',
  async answer(body, desk) {
    const { id, completion, config } = readAs(bodySchema, body, 'the body')
    if (config.provided_data == null)
      throw new RequestError(422, 'There are no data sets here: send the problem as "config.provided_data".')
    const { test } = config.provided_data
    const place = 'config.provided_data.test'
    const tests = readAs(testsSchema, typeof test === 'string' ? parseJson(test, place) : test, place)
    refuseMore(place, tests.length, desk.limits.tests, '--max-tests')
    const limits = runLimitsFor(config.run_timeout ?? DEFAULT_RUN_SECONDS, -1, desk)
    const language = languageByFusionName(config.language)
    const reading = readAnswer(completion, language)
    if (reading.kind === 'format-error') return { id, accepted: false, extracted_code: '', tests: [] }
    const passes = (run: FinishedRun, index: number) =>
      run.kind === 'exited' &&
      run.code === 0 &&
      isSameStdout(tests[index]!.output.stdout, run.stdout.toString())
    const ran = await desk.run(reading.program, {
      inputs: tests.map(({ input }) => input.stdin),
      limits,
      goesOn: config.extra?.run_all_cases === true ? () => true : passes,
    })
    if (ran.kind === 'unjudged') throw new RequestError(500, `The answer is not judged: ${ran.reason}`)
    const passed = ran.kind === 'ran' ? ran.runs.map(passes) : [false]
    const shown = config.extra?.return_full_case === true ? (case_: FusionTest) => case_ : shortened
    return {
      id,
      accepted: passed.length === tests.length && passed.every(Boolean),
      extracted_code: reading.program.code,
      tests: fusionRuns(language, ran).map((exec_info, index) => ({
        passed: passed[index]!,
        exec_info,
        test_info: shown(tests[index]!),
      })),
    }
  },
}

const shortened = ({ input, output }: FusionTest): FusionTest => ({
  input: { stdin: input.stdin.slice(0, SHOWN_CHARS) },
  output: { stdout: output.stdout.slice(0, SHOWN_CHARS) },
})
