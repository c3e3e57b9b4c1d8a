/**
 * A test in Go: functions for the package testing, or a `main` of its own. Answer and test are one file, as imports that
 * a prompt has for the test must be used; the driver is another, compiled before it, so that its variables are made first.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { BoxFile } from '../box-frames.ts'
import { callDriver } from '../call-driver.ts'
import { blankTexts, withoutStrayBraces } from './blank-texts.ts'

/** Names of the language itself that a test is made of. */
const PREDECLARED =
  /^(?:any|append|bool|byte|cap|complex128|copy|delete|error|false|float32|float64|int|int8|int16|int32|int64|len|make|map|new|nil|panic|print|println|recover|rune|string|true|uint|uint8|uint16|uint32|uint64)$/

/** Makes a function the answer's that another package has. */
const LINKNAME = /^[ \t]*\/\/go:linkname\b/m

const TESTIFY = 'github.com/stretchr/testify/'

export interface GoTest {
  readonly files: readonly BoxFile[]
  /** Packages to compile before, by their paths, each of one file. */
  readonly packages: readonly { readonly path: string; readonly file: string }[]
}

export function goTest(answer: string, test: string): GoTest | { readonly problem: string } {
  const key = randomBytes(8).toString('hex')
  const own = read(answer, `main_${key}`)
  const wanted = read(withoutStrayBraces(test, 'go'), `gepoMain_${key}`)
  const replaced = declared(own.body).find((name) => PREDECLARED.test(name))
  if (LINKNAME.test(answer)) return { problem: 'the answer may not say go:linkname' }
  if (replaced !== undefined) return { problem: `the answer gives ${replaced} another meaning` }
  const twice = new Set(declared(wanted.body))
  const body = renamed(own.body, new Set(declared(own.body).filter((name) => twice.has(name))), key)
  const tests = [
    ...blankTexts(wanted.body, 'go').matchAll(/^func\s+(Test\w*)\s*\(\s*\w+\s+\*testing\.T\s*\)/gm),
  ]
  const names = tests.map(([, name]) => name!)
  const imports = [...new Set([...own.imports, ...wanted.imports])]
  const used = ['assert', 'require'].filter((name) =>
    imports.some((line) => line.includes(`${TESTIFY}${name}`)),
  )
  const source = `package main\n${imports.map((line) => `import ${line}\n`).join('')}\n${body}\n${wanted.body}\n`
  return {
    files: [
      { path: 'driver.go', content: driver(key, names) },
      { path: 'answer.go', content: source },
      ...used.map((name) => ({
        path: `${name}.go`,
        content: String(callDriver('testify.go').content).replace(/^package \w+/m, `package ${name}`),
      })),
    ],
    packages: used.map((name) => ({ path: `${TESTIFY}${name}`, file: `${name}.go` })),
  }
}

/** Its imports, and the rest without the package's line, its main under another name. */
function read(code: string, main: string): { readonly imports: readonly string[]; readonly body: string } {
  const bare = blankTexts(code, 'go')
  const cuts: [number, number][] = []
  const imports: string[] = []
  for (const { index, 0: line } of bare.matchAll(/^[ \t]*package\s+\w+/gm))
    cuts.push([index, index + line.length])
  // The bare text has no paths, as these are text.
  for (const { index, 0: line } of bare.matchAll(/^[ \t]*import[ \t]*(?:\([^)]*\)|[^\n]*)/gm)) {
    cuts.push([index, index + line.length])
    const text = code.slice(index, index + line.length).replace(/\/\/[^\n]*/g, '')
    imports.push(
      ...[...text.matchAll(/(?:([\w.]+)\s+)?("[^"\n]+")/g)].map(([, name, path]) => specOf(name, path!)),
    )
  }
  for (const { index, 0: head } of bare.matchAll(/\bfunc\s+main\s*\(/g)) {
    const from = index + head.indexOf('main')
    cuts.push([from, from + 'main'.length])
  }
  cuts.sort(([a], [b]) => b - a)
  const body = cuts.reduce(
    (text, [from, to]) =>
      text.slice(0, from) + (code.slice(from, to) === 'main' ? main : '') + text.slice(to),
    code,
  )
  return { imports, body }
}

const specOf = (name: string | undefined, path: string) =>
  name === undefined || name === 'import' ? path : `${name} ${path}`

/** What both declare, as an answer that brings tests of its own, is the test's. */
function renamed(body: string, names: ReadonlySet<string>, key: string): string {
  const words = [...blankTexts(body, 'go').matchAll(/(?<![.\w])[A-Za-z]\w*/g)]
  return words
    .filter(([name]) => names.has(name))
    .reduceRight((text, { index, 0: name }) => {
      const end = index + name.length
      return `${text.slice(0, end)}_${key}${text.slice(end)}`
    }, body)
}

/** What a file declares for the whole package. */
function declared(body: string): string[] {
  const bare = blankTexts(body, 'go')
  let depth = 0
  const top = [...bare]
    .map((char) => {
      if (char === '}') depth--
      const kept = depth === 0 ? char : char === '\n' ? char : ' '
      if (char === '{') depth++
      return kept
    })
    .join('')
  const single = [...top.matchAll(/^[ \t]*(?:func|var|const|type)\s+([\w, \t]+)/gm)].map(
    ([, names]) => names!,
  )
  const grouped = [...top.matchAll(/^[ \t]*(?:var|const|type)\s*\(([^)]*)\)/gm)].flatMap(([, lines]) =>
    lines!.split('\n'),
  )
  return [...single, ...grouped].flatMap((names) =>
    names.split(',').map((name) => name.trim().split(/\s/)[0]!),
  )
}

/** The box's list of packages, with those that are compiled there. */
export const importList = (path: string, packages: GoTest['packages']): BoxFile => ({
  path: 'packages',
  content:
    readFileSync(path, 'utf8') +
    packages.map((each) => `packagefile ${each.path}=/box/${each.file.replace(/\.go$/, '.a')}\n`).join(''),
})

const driver = (key: string, tests: readonly string[]) => `package main

import (
	"os"
${tests.length > 0 ? '\t"testing"\n\t"testing/internal/testdeps"\n' : ''})

var gepoWord_${key} = gepoTake_${key}()
var gepoDone_${key} int

func gepoMask_${key}(word []byte) {
	for i := range word {
		word[i] ^= byte(0xa5 + 3*i)
	}
}

func gepoTake_${key}() []byte {
	word := make([]byte, 32)
	source, err := os.Open("/proc/self/fd/4")
	for had := 0; err == nil && had < 32; {
		var read int
		read, err = source.Read(word[had:])
		had += read
	}
	gepoMask_${key}(word)
	return word
}

func gepoGive_${key}() {
	gepoMask_${key}(gepoWord_${key})
	record, err := os.OpenFile("/proc/self/fd/3", os.O_WRONLY, 0)
	if err == nil {
		_, err = record.Write(gepoWord_${key})
	}
	if err != nil {
		os.Exit(1)
	}
	os.Exit(0)
}
${
  tests.length === 0
    ? `
func main() {
	gepoMain_${key}()
	gepoGive_${key}()
}
`
    : `
func gepoCounted_${key}(test func(*testing.T)) func(*testing.T) {
	return func(t *testing.T) {
		test(t)
		if !t.Failed() && !t.Skipped() {
			gepoDone_${key}++
		}
	}
}

func main() {
	tests := []testing.InternalTest{
${tests.map((name) => `\t\t{Name: "${name}", F: gepoCounted_${key}(${name})},\n`).join('')}	}
	// Neither flags that the answer sets nor a test that ends itself are taken for one that has passed.
	status := testing.MainStart(testdeps.TestDeps{}, tests, nil, nil, nil).Run()
	if status != 0 || gepoDone_${key} < len(tests) {
		os.Exit(1)
	}
	gepoGive_${key}()
}
`
}`
