import { SUPPORT } from '../box-command.ts'
import { shareFile } from '../workshop.ts'
import type { CodeTestJob, LanguageDefinition } from './language-definition.ts'

const MIB = 1024 * 1024

/** What languages that Node runs have in common. */
export const NODE = {
  aptPackage: undefined,
  programs: { node: [process.execPath] },
  version: { args: ['--version'], pattern: /v(\d+\.\d+\.\d+)/ },
  outOfMemory: /JavaScript heap out of memory|Array buffer allocation failed/,
} satisfies Partial<LanguageDefinition>

/** Node with what recursion and memory an answer may use. The checkout's own Node may lie where no box can look. */
export async function nodeCommand({ limits, programs, workshop }: CodeTestJob, args: readonly string[]) {
  await workshop.once('node', async () => {
    shareFile(programs.node!, workshop.fence, 'node')
    return {}
  })
  const heapMiB = Math.floor((limits.memoryBytes / MIB) * 0.75)
  return {
    // Its own limit in KiB, below what the system gives.
    command: [
      `${SUPPORT}/node`,
      '--stack-size=50000',
      `--max-old-space-size=${heapMiB}`,
      '--no-warnings',
      ...args,
    ],
    stackBytes: 64 * MIB,
  }
}

/** Of a test in the form of code. What is rejected and awaited by nobody fails it, whoever listens for that. */
export const codeTestCommand = (job: CodeTestJob) =>
  nodeCommand(job, ['--unhandled-rejections=strict', '/box/code-test.cjs'])
