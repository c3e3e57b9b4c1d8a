/** A host process: opens a sandbox, starts an endless unit named by its first argument, and says where the box is. */
import { openSandbox, type Rung } from '../../src/sandbox/sandbox.ts'
import { compileC } from './compile-c.ts'

const [token, rung, ending] = process.argv.slice(2)
const sandbox = await openSandbox({ rungs: [rung as Rung] })
const path = compileC(sandbox, 'if (argc > 1) puts("up"); fflush(stdout); for (;;);')
if (ending === 'idle') {
  // One run, then nothing is left to do: the open sandbox must not keep this process.
  await sandbox.run({ path, argv: [token!], limits: { cpuMs: 50, outputBytes: 1000 } })
} else {
  void sandbox.run({ path, argv: [token!], limits: { cpuMs: 600_000, outputBytes: 1000 } })
}
process.stdout.write(`${sandbox.boxPath}\n`)
