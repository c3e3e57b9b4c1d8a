import { afterEach, describe, expect, it, vi } from 'vitest'
import { UserError } from '../../src/base/user-error.ts'
import { compileWorkerFor, defaultCompiler, describeCompiler } from '../../src/execute/choose-compiler.ts'
import { releaseProblem } from '../../src/execute/find-fast-engine.ts'
import { locateTools } from '../../src/toolchain/locate-tools.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

const withoutFastEngine = () => vi.stubEnv('GEPO_COMPILE_WORKER', '/nowhere/compile-worker')

describe.runIf(process.arch === 'x64')('on a machine that is set up', () => {
  it('the in-process compiler is of the very release of the clang in use', () => {
    const compileWorker = compileWorkerFor('worker')
    expect(compileWorker).toBeDefined()
    expect(releaseProblem(compileWorker!, locateTools().clang)).toBeUndefined()
  })

  it('worker is the default', () => {
    expect(defaultCompiler()).toBe('worker')
    expect(describeCompiler('worker')).toBe('Compiler: worker (in long-lived processes).')
  })

  it('spawn is a choice', () => {
    expect(compileWorkerFor('spawn')).toBeUndefined()
    expect(describeCompiler('spawn')).toBe(
      'Compiler: spawn (a process for each variant), as asked for; --compiler worker is faster.',
    )
  })

  it('the fast engine is refused in one sentence without one of its parts', () => {
    withoutFastEngine()
    expect(() => compileWorkerFor('worker')).toThrow(
      new UserError(
        '--compiler worker cannot be used here: the in-process compiler is not built: run `npm run setup`, or give --compiler spawn.',
      ),
    )
  })

  it('spawn is the default then, and says why', () => {
    withoutFastEngine()
    expect(defaultCompiler()).toBe('spawn')
    expect(describeCompiler('spawn')).toBe(
      'Compiler: spawn (a process for each variant), since --compiler worker cannot be used here: the in-process compiler is not built: run `npm run setup`.',
    )
  })
})
