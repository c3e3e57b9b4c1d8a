/**
 * `node scripts/run.mjs <command> [args...]`: the set-up, then the command with the project's Node and the
 * programs of node_modules/.bin. This is what lets every npm script start from a bare clone.
 */
import { join } from 'node:path'
import { runInForeground } from './setup/run-in-foreground.mjs'
import { ROOT, setUpOrExplain } from './setup.mjs'

const ready = setUpOrExplain()
if (ready !== undefined) {
  const [command = 'node', ...args] = process.argv.slice(2)
  const { env } = ready
  process.exitCode = await runInForeground(command, args, {
    ...env,
    PATH: `${join(ROOT, 'node_modules/.bin')}:${env.PATH}`,
  })
}
