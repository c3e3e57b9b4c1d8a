import { callDriver } from '../call-driver.ts'
import { compile, interpret } from './build-steps.ts'
import type { LanguageDefinition } from './language-definition.ts'

export const php: LanguageDefinition = {
  language: 'php',
  tags: ['php'],
  aptPackage: 'php-cli',
  programs: { php: ['php'] },
  version: { args: ['--version'], pattern: /PHP (\d+\.\d+\.\d+)/ },
  takesCalls: true,
  outOfMemory: /Allowed memory size of \d+ bytes exhausted/,
  listsAreObjects: true,
  async build(job) {
    const php = job.programs.php!
    const script = job.calls !== undefined ? 'call.php' : 'answer.php'
    const settings = ['-d', `memory_limit=${job.limits.memoryBytes}`, '-d', 'display_errors=stderr']
    const how = { command: [php, ...settings, `/box/${script}`] }
    const files = (code: string) => [
      { path: 'answer.php', content: code },
      ...(job.calls !== undefined ? [callDriver('call.php')] : []),
    ]
    if (/^(?:#!.*)?\s*<\?/.test(job.code)) return interpret(job, files(job.code), how)
    // In a block that is marked as PHP the opening tag often is left out; without it PHP would print the program.
    const tagged = files(`<?php\n${job.code}`)
    if (!/<\?(?:php|=)/i.test(job.code)) return interpret(job, tagged, how)
    // A tag further on stands behind text to print, or within a string of a program without one: PHP itself tells.
    const parsed = await compile(job, tagged, [[php, '-l', 'answer.php']], how)
    return parsed.kind === 'compile-error' ? interpret(job, files(job.code), how) : parsed
  },
}
