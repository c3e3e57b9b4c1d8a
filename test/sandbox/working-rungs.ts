/** The protected rungs that this machine has, best first. Without any, nothing may be run, and loading this fails. */
import { UserError } from '../../src/base/user-error.ts'
import { openSandbox, type Rung } from '../../src/sandbox/sandbox.ts'

async function works(rung: Rung): Promise<boolean> {
  try {
    await (await openSandbox({ rungs: [rung] })).close()
    return true
  } catch (error) {
    if (error instanceof UserError) return false
    throw error
  }
}

export const workingRungs: Rung[] = []
for (const rung of ['full', 'proc-bind', 'landlock'] as const) if (await works(rung)) workingRungs.push(rung)
if (workingRungs.length === 0) throw new Error('no sandbox works on this machine')
