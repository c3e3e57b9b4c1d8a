// Runs answer.js and behind it, in its scope, a test in the form of code: a word and the test on descriptor 4, the word
// back on 3 once nothing is left to do. The test has a console, a `require` and the like of its own, which the answer
// cannot change. An assertion that has failed stays failed, whoever catches it.
const { closeSync, readFileSync, readSync, writeSync } = require('node:fs')
const { createRequire, registerHooks } = require('node:module')
const { compileFunction } = require('node:vm')

const FILE = '/box/answer.js'
const URL_OF_FILE = `file://${FILE}`
const SCOPE = ['exports', 'require', 'module', '__filename', '__dirname']

const { reallyExit } = process
const { apply, defineProperty } = Reflect
// Masked at once and in its place: the memory has no text that could be looked for.
const word = new Uint8Array(32)
for (let had = 0; had < 32; ) had += readSync(4, word, had, 32 - had)
const mask = () => word.forEach((byte, index) => (word[index] = byte ^ ((0xa5 + 3 * index) & 255)))
mask()
const test = readFileSync(4, 'utf8').slice(1)
closeSync(4)

let failed = false
const fail = (error) => {
  failed = true
  try {
    writeSync(2, `${error?.stack ?? error}\n`)
  } finally {
    apply(reallyExit, process, [1])
  }
}

/** Each of its functions as it is, but what it throws is not forgotten. */
function remembering(holder, seen = new Map()) {
  if (seen.has(holder)) return seen.get(holder)
  const call = (value) =>
    function (...values) {
      try {
        return apply(value, this, values)
      } catch (error) {
        failed = true
        throw error
      }
    }
  const copy = typeof holder === 'function' ? call(holder) : {}
  seen.set(holder, copy)
  for (const [name, value] of Object.entries(holder)) {
    const isPlain = typeof value !== 'function' || /^[A-Z]/.test(name)
    copy[name] = isPlain ? value : name === 'strict' ? remembering(value, seen) : call(value)
  }
  return Object.freeze(copy)
}

/** What the test finds under these names, whatever the answer calls so. */
function makeOwn() {
  const assert = remembering(require('node:assert'))
  const modules = {
    ...{ assert, 'node:assert': assert, 'assert/strict': assert.strict, 'node:assert/strict': assert.strict },
    ...{ util: Object.freeze({ ...require('node:util') }), 'node:util': Object.freeze({ ...require('node:util') }) },
  }
  const requireAny = createRequire(FILE)
  const own = {
    require: (name) => modules[name] ?? requireAny(name),
    console: Object.freeze({
      ...console,
      assert(condition, ...message) {
        if (condition) return
        failed = true
        throw new Error(`console.assert failed${message.length > 0 ? `: ${message.join(' ')}` : ''}`)
      },
    }),
    process: Object.create(process, {
      exit: { value: (status) => (failed ||= Boolean(status ?? process.exitCode), end()) },
      nextTick: { value: process.nextTick },
    }),
    ...{ Math, JSON, Object, Array, Number, String, Boolean, Error, Symbol, Reflect, isNaN, Date, Promise },
    ...{ setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, queueMicrotask },
    ...{ Map, Set, BigInt, RegExp, Function, TypeError, parseInt, parseFloat, isFinite, structuredClone },
  }
  return own
}

/** Methods that comparisons rest on stay what they are; others may be added. */
function lock(holder, names = Reflect.ownKeys(holder)) {
  for (const name of names) {
    const property = Object.getOwnPropertyDescriptor(holder, name)
    if (!property?.configurable) continue
    Object.defineProperty(holder, name, { configurable: false, ...('value' in property && { writable: false }) })
  }
}

/** Stays what it is, too, but objects below may have their own, as they may not of what is locked. */
function keep(holder, name) {
  const value = holder[name]
  Object.defineProperty(holder, name, {
    get: () => value,
    set(own) {
      if (this !== holder) defineProperty(this, name, { value: own, writable: true, enumerable: true, configurable: true })
    },
    enumerable: false,
    configurable: false,
  })
}

const inherited = ['constructor', 'toString', 'valueOf', 'toLocaleString']
const methodsOf = (prototype) => Reflect.ownKeys(prototype).filter((name) => !inherited.includes(name))

function compiles(text) {
  try {
    compileFunction(text, SCOPE)
    return true
  } catch {
    return false
  }
}

/** The test as a function, in the answer's scope. */
async function load(names) {
  const answer = readFileSync(FILE, 'utf8')
  // On lines of its own, behind whatever the answer left open.
  const body = `async ({ ${names.join(', ')} }) => {{\n${test}\n}}`
  if (compiles(answer)) {
    const module = { exports: {} }
    const run = compileFunction(`${answer}\n;return ${body}`, SCOPE, { filename: FILE })
    return run(module.exports, createRequire(FILE), module, FILE, '/box')
  }
  const key = `gepo_${require('node:crypto').randomBytes(8).toString('hex')}`
  registerHooks({
    load: (url, context, next) =>
      url === URL_OF_FILE
        ? { format: 'module', source: `${answer}\n;export const ${key} = ${body}`, shortCircuit: true }
        : next(url, context),
  })
  // Beside imports, as what makes JavaScript of TypeScript lets it.
  globalThis.require = createRequire(FILE)
  return (await import(URL_OF_FILE))[key]
}

function end() {
  if (failed) return apply(reallyExit, process, [1])
  mask()
  writeSync(3, word)
  apply(reallyExit, process, [0])
}

async function main() {
  const own = makeOwn()
  for (const holder of [Math, JSON, Object, Number, Reflect, Promise, Array, String]) lock(holder)
  const typed = Object.getPrototypeOf(Uint8Array)
  for (const { prototype } of [Array, String, Number, Boolean, RegExp, Function, typed]) lock(prototype, methodsOf(prototype))
  // Those that people give methods of their own to.
  for (const { prototype } of [Map, Set, Promise, Date, BigInt, Symbol]) {
    const names = methodsOf(prototype).filter((name) => typeof name === 'string' && name !== 'size' && name !== 'description')
    for (const name of names) keep(prototype, name)
    lock(prototype, methodsOf(prototype))
  }
  for (const { prototype } of [Array, String, Number, Boolean, Date, BigInt])
    for (const name of ['toString', 'valueOf', 'toLocaleString']) keep(prototype, name)
  // JSON.stringify asks for the one, and what makes a text or a number of a thing for the other.
  for (const { prototype } of [Object, Array, String, Number, Boolean, BigInt, Map, Set])
    for (const name of ['toJSON', Symbol.toPrimitive]) keep(prototype, name)
  for (const held of [[], '', new Map(), new Set(), 'a'.matchAll(/a/g)]) {
    const iterator = Object.getPrototypeOf(typeof held.next === 'function' ? held : held[Symbol.iterator]())
    lock(iterator, ['next'])
  }
  // A test may put clocks of its own in the place of these.
  lock(globalThis, Object.keys(own).filter((name) => !/^(?:set|clear|queue)[A-Z]/.test(name)))
  process.setUncaughtExceptionCaptureCallback(fail)
  lock(process, ['setUncaughtExceptionCaptureCallback'])
  let ended = false
  const { on } = process
  const run = await load(Object.keys(own))
  // Only now: what the answer has put there before is forgotten, and what it puts there later comes after this.
  process.removeAllListeners('beforeExit')
  apply(on, process, ['beforeExit', () => (ended ? end() : fail('the test has not come to its end'))])
  await run(own)
  ended = true
}

main().catch(fail)
