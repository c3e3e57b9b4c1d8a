/** C, by gcc. Of an answer whose function is called nothing but the call is visible, whatever its functions are called. */
import { loadParser } from '../../syntax/parse-c.ts'
import { cFamilyTest, removeSources } from '../code-tests/c-family.ts'
import { compile } from './build-steps.ts'
import { CALL_ANSWER_IN_C, cCallFiles } from './c-call.ts'
import type { BuildJob, Built, CodeTestJob, LanguageDefinition } from './language-definition.ts'
import { compileNativeCaller, NATIVE_CALLER, NATIVE_CALLER_FOR_C } from './native-caller.ts'
import { nativeStackBytes } from './native-stack.ts'

const FLAGS = ['-std=gnu17', '-O2', '-w', '-pipe']

export const c: LanguageDefinition = {
  language: 'c',
  tags: ['c'],
  aptPackage: 'gcc',
  programs: { gcc: ['gcc'], objcopy: ['objcopy'] },
  version: { args: ['--version'], pattern: /(\d+\.\d+\.\d+)/ },
  buildCodeTest(job, test) {
    const put = cFamilyTest(job.code, test, 'c')
    const compiler = [job.programs.gcc!, ...FLAGS]
    const link = [...compiler, '-o', 'answer', ...put.linkArguments, 'answer.c', '-lm']
    return compile(
      job,
      put.files,
      [[job.programs.gcc!, ...put.driverArguments], link, removeSources(put)],
      runOf(job),
    )
  },
  build: (job) =>
    job.calls === undefined
      ? compile(
          job,
          [{ path: 'answer.c', content: job.code }],
          [[job.programs.gcc!, ...FLAGS, '-o', 'answer', 'answer.c', '-lm']],
          runOf(job),
        )
      : buildCall(job, job.calls.name),
}

const runOf = ({ limits }: CodeTestJob) => ({
  command: ['/box/answer'],
  stackBytes: nativeStackBytes(limits),
})

async function buildCall(job: BuildJob, name: string): Promise<Built> {
  const { gcc, objcopy } = job.programs
  const caller = await job.workshop.once('native caller', () => compileNativeCaller(gcc!, job.workshop))
  if (caller.failure !== undefined) return { kind: 'sandbox-error', detail: caller.failure }
  const files = cCallFiles(await loadParser(), job.code, name)
  if (files === undefined) return { kind: 'compile-error', message: `there is no function ${name}` }
  const commands = [
    [gcc!, ...FLAGS, '-c', '-o', 'answer.o', CALL_ANSWER_IN_C],
    // A function of the answer's, `read` say, must not be what the caller calls by that name.
    [objcopy!, '--keep-global-symbol=gepo_call_answer', 'answer.o'],
    // Its main, if it has one, is not run.
    [gcc!, '-Wl,--wrap=main', '-o', 'answer', 'answer.o', NATIVE_CALLER_FOR_C, NATIVE_CALLER, '-lm'],
  ]
  return compile(job, files, commands, runOf(job))
}
