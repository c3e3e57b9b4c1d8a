#!/usr/bin/env node
/**
 * The command's start: picks the Node to run on and the code to run (the TypeScript of a checkout, the
 * JavaScript of a package). Plain JavaScript that any Node from 18 on understands.
 */
import { existsSync, realpathSync } from 'node:fs'
import module from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { findNode, isNewEnough, OLDEST_NODE } from '../scripts/setup/node-runtime.mjs'
import { runInForeground } from '../scripts/setup/run-in-foreground.mjs'

const self = realpathSync(fileURLToPath(import.meta.url))
const root = dirname(dirname(self))
const args = process.argv.slice(2)

if (args[0] === 'setup') {
  const { setUpAndSay } = await import('../scripts/setup.mjs')
  setUpAndSay()
} else if (isNewEnough(process.versions.node)) {
  // Compiling, and stripping types before it, is most of what a short command costs. Where the folder cannot be
  // written nothing is kept, and nothing else changes.
  module.enableCompileCache(join(root, '.tools/compile-cache'))
  const source = join(root, 'src/cli/main.ts')
  const entry = existsSync(source) ? source : join(root, 'dist/cli/main.js')
  const { main } = await import(pathToFileURL(entry).href)
  process.exitCode = await main(args)
} else {
  const node = findNode(root)
  if (node === undefined) {
    process.stderr.write(
      `gepo: Node ${OLDEST_NODE} or newer is needed and this is ${process.versions.node}: run \`npx gepo setup\`, which fetches it, or install Node 24.\n`,
    )
    process.exitCode = 2
  } else {
    process.exitCode = await runInForeground(node, [self, ...args], process.env)
  }
}
