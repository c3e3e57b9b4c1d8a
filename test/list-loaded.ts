/** Imported before a process's own modules: writes the addresses of all that it loads into the file LOADED_LIST. */
import { writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

const loaded = new Set<string>()
registerHooks({
  load(url, context, nextLoad) {
    loaded.add(url)
    return nextLoad(url, context)
  },
})
process.on('exit', () => writeFileSync(process.env.LOADED_LIST!, [...loaded].join('\n')))
