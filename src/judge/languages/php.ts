import { callDriver } from '../call-driver.ts'
import { buildScriptTest } from '../code-tests/scripts.ts'
import { compile, interpret } from './build-steps.ts'
import type { CodeTestJob, LanguageDefinition } from './language-definition.ts'

const IS_TAGGED = /^(?:#!.*)?\s*<\?/

const command = ({ limits, programs }: CodeTestJob, script: string, settings: readonly string[] = []) => ({
  command: [
    programs.php!,
    ...[
      '-d',
      `memory_limit=${limits.memoryBytes}`,
      '-d',
      'display_errors=stderr',
      ...settings,
      `/box/${script}`,
    ],
  ],
})

export const php: LanguageDefinition = {
  language: 'php',
  tags: ['php'],
  aptPackage: 'php-cli',
  programs: { php: ['php'] },
  version: { args: ['--version'], pattern: /PHP (\d+\.\d+\.\d+)/ },
  outOfMemory: /Allowed memory size of \d+ bytes exhausted/,
  listsAreObjects: true,
  buildCodeTest: (job, test) =>
    buildScriptTest(
      job,
      test.code,
      { path: 'answer.php', content: IS_TAGGED.test(job.code) ? job.code : `<?php\n${job.code}` },
      'code-test.php',
      // Out of its sight: what the system says of the process and its memory.
      command(job, 'code-test.php', ['-d', 'open_basedir=/box:/tmp:/usr:/dev:/etc']),
    ),
  async build(job) {
    const php = job.programs.php!
    const how = command(job, job.calls !== undefined ? 'call.php' : 'answer.php')
    const files = (code: string) => [
      { path: 'answer.php', content: code },
      ...(job.calls !== undefined ? [callDriver('call.php')] : []),
    ]
    if (IS_TAGGED.test(job.code)) return interpret(job, files(job.code), how)
    // In a block that is marked as PHP the opening tag often is left out; without it PHP would print the program.
    const tagged = files(`<?php\n${job.code}`)
    if (!/<\?(?:php|=)/i.test(job.code)) return interpret(job, tagged, how)
    // A tag further on stands behind text to print, or within a string of a program without one: PHP itself tells.
    const parsed = await compile(job, tagged, [[php, '-l', 'answer.php']], how)
    return parsed.kind === 'compile-error' ? interpret(job, files(job.code), how) : parsed
  },
}
