/** A test in Python behind an answer in it: two namespaces in one process. The driver has all of it. */
import type { CodeTest } from '../../records/suite.ts'
import { callDriver } from '../call-driver.ts'
import { interpret } from '../languages/build-steps.ts'
import type { Built, CodeTestJob } from '../languages/language-definition.ts'

const DRIVER = 'code-test.py'

export const buildPythonCodeTest = (
  job: CodeTestJob,
  test: CodeTest,
  flags: readonly string[],
): Promise<Built> =>
  interpret(job, [{ path: 'answer.py', content: job.code }, callDriver(DRIVER)], {
    command: [job.programs.python!, ...flags, `/box/${DRIVER}`],
    told: test.code,
  })
