// Makes answer.js of answer.ts, in the working directory: types are taken away, enums and namespaces become code.
const { readFileSync, writeFileSync } = require('node:fs')
const { stripTypeScriptTypes } = require('node:module')

try {
  writeFileSync('answer.js', stripTypeScriptTypes(readFileSync('answer.ts', 'utf8'), { mode: 'transform' }))
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
