// Calls one function of the answer: the call as JSON from descriptor 4, its result behind a nonce to descriptor 3.
const { closeSync, readFileSync, writeFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const { runInThisContext } = require('node:vm')

const call = JSON.parse(readFileSync(4, 'utf8'))
closeSync(4)

/** What JSON would quietly turn into null. */
function refuseLost(_key, value) {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error('the result holds a number that is not finite')
  return value
}

async function main() {
  // As a script, so that what it declares can be named; `export` in front of a declaration changes nothing here.
  const script = readFileSync('/box/answer.js', 'utf8').replace(/^export\s+(?:default\s+)?(?=(?:async\s+)?(?:function|class|const|let|var)\b)/gm, '')
  Object.assign(globalThis, { require: createRequire('/box/'), module: { exports: {} } })
  globalThis.exports = globalThis.module.exports
  runInThisContext(script, { filename: '/box/answer.js' })
  const named = runInThisContext(`typeof ${call.name} === 'function' ? ${call.name} : undefined`)
  const exported = globalThis.module.exports[call.name]
  const method = () => {
    const solution = runInThisContext(`typeof Solution === 'function' ? new Solution() : undefined`)
    return solution?.[call.name]?.bind(solution)
  }
  const target = named ?? exported ?? method()
  if (typeof target !== 'function') throw new Error(`there is no function ${call.name}`)
  const result = await target(...call.arguments)
  writeFileSync(3, `${call.nonce}\n${JSON.stringify(result, refuseLost) ?? 'null'}`)
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error)
    process.exit(1)
  },
)
