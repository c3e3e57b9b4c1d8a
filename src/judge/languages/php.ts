import { callDriver } from '../call-driver.ts'
import { interpret } from './build-steps.ts'
import type { LanguageDefinition } from './language-definition.ts'

export const php: LanguageDefinition = {
  language: 'php',
  tags: ['php'],
  aptPackage: 'php-cli',
  programs: { php: ['php'] },
  version: { args: ['--version'], pattern: /PHP (\d+\.\d+\.\d+)/ },
  takesCalls: true,
  outOfMemory: /Allowed memory size of \d+ bytes exhausted/,
  build(job) {
    const answer = { path: 'answer.php', content: withOpeningTag(job.code) }
    const files = job.call !== undefined ? [answer, callDriver('call.php')] : [answer]
    return interpret(job, files, {
      command: [
        job.programs.php!,
        ...['-d', `memory_limit=${job.limits.memoryBytes}`, '-d', 'display_errors=stderr'],
        job.call !== undefined ? '/box/call.php' : '/box/answer.php',
      ],
    })
  },
}

/** In a block that is marked as PHP the tag often is left out; without it PHP would print the program. */
const withOpeningTag = (code: string) => (/<\?(?:php|=)/i.test(code) ? code : `<?php\n${code}`)
