/** Tests in languages that a driver reads as text, beside the answer's file: the test is in no file at all. */
import type { BoxFile } from '../box-frames.ts'
import { callDriver } from '../call-driver.ts'
import { interpret } from '../languages/build-steps.ts'
import type { Built, CodeTestJob } from '../languages/language-definition.ts'

type Command = Omit<Extract<Built, { kind: 'built' }>, 'kind' | 'told'>

/** `command` runs the driver at `/box/<driver>`. */
export const buildScriptTest = (
  job: CodeTestJob,
  test: string,
  answer: BoxFile,
  driver: string,
  how: Command,
): Promise<Built> => interpret(job, [answer, callDriver(driver)], { ...how, told: test })
