/**
 * A folder in, the problems below it out: each folder that holds programs (their ending tells the language) and tests:
 * `problem.json`, as `gepo judge` takes it, or pairs `NAME.in` and `NAME.out` (or `input.txt` and `output.txt`), beside
 * the programs or in a folder `tests`.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import fastGlob from 'fast-glob'
import { UserError } from '../../base/user-error.ts'
import { DEFINITIONS } from '../../judge/languages/languages.ts'
import { readSuite } from '../../judge/read-suite.ts'
import type { Program } from '../../records/language.ts'
import type { DropReason, ProblemContent } from '../../records/problem.ts'
import type { Test } from '../../records/suite.ts'

const PROBLEM = 'problem.json'

/** Folders with tests, relative to the given one, sorted. */
export async function findProblemFolders(folder: string): Promise<string[]> {
  const files = await fastGlob(['**/problem.json', '**/*.in', '**/input.txt'], { cwd: folder })
  const folders = files.map((file) => {
    const holder = dirname(file)
    return basename(holder) === 'tests' ? dirname(holder) : holder
  })
  return [...new Set(folders)].sort()
}

/** What one of them holds. */
export function readProblemFolder(folder: string): ProblemContent | DropReason {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort()
  const solutions = names.flatMap((name) => readProgram(folder, name))
  if (names.includes(PROBLEM)) {
    try {
      const { tests, ...rules } = readSuite(join(folder, PROBLEM))
      return { readings: [tests], ...rules, solutions }
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      return { reason: 'bad-tests', detail: error.message }
    }
  }
  return { readings: [readPairs(folder)], comparison: { kind: 'lines' }, solutions }
}

function readProgram(folder: string, name: string): Program[] {
  const ending = extname(name).slice(1).toLowerCase()
  const definition = DEFINITIONS.find(({ tags }) => tags.includes(ending))
  return definition === undefined
    ? []
    : [{ language: definition.language, code: readFileSync(join(folder, name), 'utf8') }]
}

function readPairs(folder: string): Test[] {
  return [folder, join(folder, 'tests')].flatMap((place) => {
    const names = fastGlob.sync('*', { cwd: place }).sort()
    return names.flatMap((name): Test[] => {
      const expected = name === 'input.txt' ? 'output.txt' : name.replace(/\.in$/, '.out')
      if (expected === name || !names.includes(expected)) return []
      const [input, output] = [name, expected].map((file) => readFileSync(join(place, file), 'utf8'))
      return [{ kind: 'stdin', input: input!, output: output! }]
    })
  })
}
