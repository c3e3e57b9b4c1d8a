/**
 * TypeScript, by the Node that gepo runs on. Types are taken away once, before the tests, and not checked: a checker
 * beside the tests would fail answers that do what they should, and a different one on each machine.
 */
import { callDriver } from '../call-driver.ts'
import { compile } from './build-steps.ts'
import type { LanguageDefinition } from './language-definition.ts'
import { NODE, nodeCommand } from './node-command.ts'

const STRIP = 'strip-types.cjs'

export const typescript: LanguageDefinition = {
  ...NODE,
  language: 'typescript',
  tags: ['typescript', 'ts', 'mts', 'cts'],
  async build(job) {
    const drivers = [callDriver(STRIP), ...(job.call !== undefined ? [callDriver('call.cjs')] : [])]
    const how = await nodeCommand(job, [job.call !== undefined ? '/box/call.cjs' : '/box/answer.js'])
    const [node] = how.command
    return compile(
      job,
      [{ path: 'answer.ts', content: job.code }, ...drivers],
      [[node!, '--no-warnings', `/box/${STRIP}`]],
      how,
    )
  },
}
