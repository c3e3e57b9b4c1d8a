/** The published JavaScript and its types, from src/ into an empty dist/. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { runInForeground } from './setup/run-in-foreground.mjs'
import { ROOT } from './setup.mjs'

rmSync(join(ROOT, 'dist'), { recursive: true, force: true })
process.exitCode = await runInForeground('tsc', ['-p', join(ROOT, 'tsconfig.build.json')], process.env)
