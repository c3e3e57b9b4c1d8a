/** TypeScript, by the Node that gepo runs on, which takes the types away. They are not checked. */
import { callDriver } from '../call-driver.ts'
import { interpret } from './build-steps.ts'
import type { LanguageDefinition } from './language-definition.ts'
import { nodeCommand } from './node-command.ts'

export const typescript: LanguageDefinition = {
  language: 'typescript',
  title: 'TypeScript',
  tags: ['typescript', 'ts', 'mts', 'cts'],
  aptPackage: undefined,
  programs: { node: [process.execPath] },
  version: { args: ['--version'], pattern: /v(\d+\.\d+\.\d+)/ },
  takesCalls: true,
  outOfMemory: /JavaScript heap out of memory|Array buffer allocation failed/,
  async build(job) {
    const answer = { path: 'answer.ts', content: job.code }
    const files = job.forCalls ? [answer, callDriver('call.cjs')] : [answer]
    // Enums and namespaces are more than types: they become code.
    const args = ['--experimental-transform-types', job.forCalls ? '/box/call.cjs' : '/box/answer.ts']
    return interpret(job, files, await nodeCommand(job, args))
  },
}
