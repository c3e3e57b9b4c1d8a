/** JavaScript, by the Node that gepo itself runs on: the same everywhere. */
import { callDriver } from '../call-driver.ts'
import { buildScriptTest } from '../code-tests/scripts.ts'
import { runnableTest } from '../code-tests/typescript.ts'
import { interpret } from './build-steps.ts'
import type { LanguageDefinition } from './language-definition.ts'
import { codeTestCommand, NODE, nodeCommand } from './node-command.ts'

export const javascript: LanguageDefinition = {
  ...NODE,
  language: 'javascript',
  tags: ['javascript', 'js', 'node', 'nodejs', 'mjs', 'cjs'],
  buildCodeTest: async (job, test) =>
    buildScriptTest(
      job,
      await runnableTest(test.code),
      { path: 'answer.js', content: job.code },
      'code-test.cjs',
      await codeTestCommand(job),
    ),
  async build(job) {
    // Whether it is a module is found by its syntax, since no package.json says so.
    const answer = { path: 'answer.js', content: job.code }
    const files = job.calls !== undefined ? [answer, callDriver('call.cjs')] : [answer]
    return interpret(
      job,
      files,
      await nodeCommand(job, job.calls !== undefined ? ['/box/call.cjs'] : ['/box/answer.js']),
    )
  },
}
