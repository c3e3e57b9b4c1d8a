/**
 * The process of a part: its module, by a path, and a context for it in; where it fails, why out, the most telling line
 * last: a report keeps last words alone.
 */
import { pathToFileURL } from 'node:url'
import { whyFailed } from './why-failed.ts'

process.on('uncaughtException', (error) => {
  process.stderr.write(`${whyFailed(error)}\n`)
  process.exit(1)
})
await import(pathToFileURL(process.argv[2]!).href)
