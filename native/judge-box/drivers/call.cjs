// Calls one function of the answer: the call as JSON from descriptor 4, its result behind a nonce to descriptor 3.
// The answer is loaded as what it is, script or module, under its own name. One line behind its text gives out what it
// calls by the function's name, whether it exports that or not.
const { closeSync, readFileSync, writeFileSync } = require('node:fs')
const { createRequire, registerHooks } = require('node:module')
const { compileFunction } = require('node:vm')

const FILE = '/box/answer.js'
const URL_OF_FILE = `file://${FILE}`

const call = JSON.parse(readFileSync(4, 'utf8'))
closeSync(4)

function compiles(text) {
  try {
    compileFunction(text, ['exports', 'require', 'module', '__filename', '__dirname'])
    return true
  } catch {
    return false
  }
}

/** What the answer exports, and what it calls by the function's name and by `Solution`. */
async function load() {
  const source = readFileSync(FILE, 'utf8')
  const isScript = compiles(source)
  const key = `gepo_${call.nonce}`
  // A word of the language, as `delete`, is the name of a method at most.
  const names = compiles(`let ${call.name}`) ? [call.name, 'Solution'] : ['Solution']
  const scope = `() => ({ ${names.map((name) => `${name}: typeof ${name} === 'undefined' ? undefined : ${name}`)} })`
  const last = isScript ? `\n;globalThis.${key} = ${scope}` : `\n;export const ${key} = ${scope}`
  registerHooks({
    load: (url, context, next) =>
      url === URL_OF_FILE
        ? { format: isScript ? 'commonjs' : 'module', source: source + last, shortCircuit: true }
        : next(url, context),
  })
  // What the language itself has under this name is not the answer's.
  const known = globalThis[call.name]
  // Beside imports, as what makes JavaScript of TypeScript lets it.
  if (!isScript) globalThis.require = createRequire(FILE)
  const exported = isScript ? require(FILE) : await import(URL_OF_FILE)
  const own = (isScript ? globalThis : exported)[key]?.() ?? {}
  if (own[call.name] === known) delete own[call.name]
  return { own, exported }
}

const isClass = (value) => typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value))

function findFunction({ own, exported }) {
  const isFunction = (value) => typeof value === 'function' && !isClass(value)
  if (isFunction(own[call.name])) return own[call.name]
  for (const value of [exported, exported?.default])
    if (isFunction(value) && ['', 'default', call.name].includes(value.name)) return value
  for (const value of [own.Solution, exported?.Solution, exported, exported?.default]) {
    const holder = isClass(value) || typeof value?.prototype?.[call.name] === 'function' ? new value() : value
    for (const each of [holder, value]) if (isFunction(each?.[call.name])) return each[call.name].bind(each)
  }
  throw new Error(`there is no function ${call.name}`)
}

class NoJson extends Error {}

/** Throws where JSON would quietly write something else, or nothing. */
function check(value) {
  if (value === null || typeof value === 'boolean' || typeof value === 'string' || typeof value === 'bigint') return
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new NoJson(`${value}`)
    return
  }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) check(value[i])
    return
  }
  const prototype = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined
  if (prototype !== null && prototype !== Object.prototype)
    throw new NoJson(typeof value === 'object' ? `an object of ${prototype.constructor?.name}` : typeof value)
  if (Object.getOwnPropertySymbols(value).length > 0) throw new NoJson('a symbol as a key')
  for (const key of Object.keys(value)) check(value[key])
}

function write(result) {
  try {
    check(result)
    return JSON.stringify(result, (_key, value) => (typeof value === 'bigint' ? JSON.rawJSON(`${value}`) : value))
  } catch (error) {
    if (error instanceof NoJson) return `!${error.message}`
    throw error
  }
}

async function main() {
  const target = findFunction(await load())
  const result = await target(...call.arguments)
  // A function that returns nothing returns null.
  writeFileSync(3, `${call.nonce}\n${result === undefined ? 'null' : write(result)}`)
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error)
    process.exit(1)
  },
)
