/** The npm packages with native code: each is loaded and put to its work, which shows a binary that does not fit. */
import { createRequire } from 'node:module'
import { type Binding, loadParser, nativeBindingFailure } from '../syntax/parse-c.ts'
import type { PartStatus } from './part.ts'

const require = createRequire(import.meta.url)

/** Opens a database in memory. */
export async function checkSqlite(): Promise<PartStatus> {
  const found = require.resolve('better-sqlite3')
  try {
    const { default: Database } = await import('better-sqlite3')
    const database = new Database(':memory:')
    const version = String(database.prepare('SELECT sqlite_version()').pluck().get())
    database.close()
    return { status: 'ok', found, version }
  } catch (error) {
    return { status: 'broken', found, problem: firstLine(error) }
  }
}

/** Parses a line of C by whichever binding the stages would take. */
export async function checkTreeSitter(): Promise<PartStatus> {
  const problem = await parseFailure()
  if (problem !== undefined) return { status: 'broken', found: require.resolve('web-tree-sitter'), problem }
  const failure = nativeBindingFailure()
  const binding = failure === undefined ? 'tree-sitter' : 'web-tree-sitter'
  return { status: 'ok', found: require.resolve(binding), version: wantedVersion(binding) }
}

/** Parses a line of C by the native binding alone. */
export async function checkNativeTreeSitter(): Promise<PartStatus> {
  const found = require.resolve('tree-sitter')
  const problem = await parseFailure('native')
  if (problem !== undefined) return { status: 'broken', found, problem }
  return { status: 'ok', found, version: wantedVersion('tree-sitter') }
}

/** Cuts a line of C into words, by the code that makes and reads tokenizers. */
export async function checkTokenizers(): Promise<PartStatus> {
  const found = require.resolve('tokenizers')
  try {
    const { byteLevelPreTokenizer } = await import('tokenizers')
    const words = byteLevelPreTokenizer(false).preTokenizeString('return 0;')
    if (words.length === 3) return { status: 'ok', found, version: wantedVersion('tokenizers') }
    return { status: 'broken', found, problem: `it cuts "return 0;" into ${words.length} words` }
  } catch (error) {
    return { status: 'broken', found, problem: firstLine(error) }
  }
}

async function parseFailure(binding?: Binding): Promise<string | undefined> {
  try {
    const parse = await loadParser(binding)
    return parse('int main(void) { return 0; }').hasError ? 'it does not parse C' : undefined
  } catch (error) {
    return firstLine(error)
  }
}

/** Dependencies are pinned, so package.json names what is installed. */
function wantedVersion(name: string): string {
  return require('../../package.json').dependencies[name]
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0]!
}
