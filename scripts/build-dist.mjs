/** The published JavaScript and its types, from src/ into an empty dist/. */
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { runInForeground } from './setup/run-in-foreground.mjs'
import { ROOT } from './setup.mjs'

rmSync(join(ROOT, 'dist'), { recursive: true, force: true })
// What browsers get is sent as it is written.
cpSync(join(ROOT, 'src/page/client'), join(ROOT, 'dist/page/client'), {
  recursive: true,
  filter: (path) => !path.endsWith('.json'),
})
process.exitCode = await runInForeground('tsc', ['-p', join(ROOT, 'tsconfig.build.json')], process.env)
