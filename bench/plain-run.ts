/**
 * Programs by nothing but their languages' own compilers and runtimes on this machine: what a judge is compared with. An
 * answer and a test in the form of code in, whether the test holds out; undefined where that cannot be said.
 *
 * Answer and test are put together as the authors of MultiPL-E and HumanEval-X do, by simpler means than the judge's: the
 * answer's own `main` gets another name, and a test of members replaces the brace that closes the answer's class. Nothing
 * holds a program that cheats, so only honest answers belong here.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { JAVA_TUPLES } from '../src/judge/code-tests/java-tuples.ts'
import type { Language, Program } from '../src/records/language.ts'

export interface PlainForm {
  readonly file: string
  readonly compile?: readonly string[]
  readonly run: readonly string[]
}

interface TestedForm extends PlainForm {
  /** What it says on standard error is a failure, whatever its exit status. */
  readonly isSilent?: boolean
  /** Its compiler's refusal is the answer's failure, as its types are part of what is asked. */
  readonly refusalFails?: boolean
  readonly together?: (answer: string, test: string) => string
  /** Beside the program's, by path. */
  readonly files?: Readonly<Record<string, string>>
}

export interface PlainRun {
  readonly status: number | undefined
  readonly stdout: string
  readonly stderr: string
}

export interface PlainResult {
  readonly holds: boolean
  /** What was said last where it does not. */
  readonly said: string
}

/** In a folder of its own; limited by CPU time, as a busy machine must not make two programs differ, and by memory. */
export async function inFolder<Result>(
  files: Readonly<Record<string, string>>,
  work: (run: (command: readonly string[], input?: string) => Promise<PlainRun>) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'gepo-plain-'))
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    return await work(async (command, input = '') => {
      const limits = ['--cpu=5', '--fsize=100000000', '--data=4000000000']
      const { exitCode, stdout, stderr } = await execa('prlimit', [...limits, ...command], {
        ...{ cwd: folder, input, reject: false, maxBuffer: 10_000_000, env: ENVIRONMENT },
        ...{ timeout: 600_000, killSignal: 'SIGKILL' },
      })
      return { status: exitCode, stdout, stderr }
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Mono says nothing of failed assertions otherwise; Go must not take a folder above for a module. */
const ENVIRONMENT = { MONO_TRACE_LISTENER: 'Console.Error', GO111MODULE: 'off' }

/** @returns undefined where the program does not compile for a reason that may be that of the way it was put together */
export async function runWithTest(
  { language, code }: Program,
  test: string,
): Promise<PlainResult | undefined> {
  const form = TESTED[language]
  if (form === undefined) return undefined
  const { file, compile, run: command, together = oneAfterTheOther, isSilent, refusalFails, files } = form
  return inFolder({ [file]: together(code, test), ...files }, async (run) => {
    if (compile !== undefined) {
      const { status, stdout, stderr } = await run(compile)
      if (status !== 0)
        return refusalFails === true ? { holds: false, said: lastOf(stdout + stderr) } : undefined
    }
    const { status, stdout, stderr } = await run(command)
    const holds = status === 0 && !(isSilent === true && stderr !== '')
    return { holds, said: holds ? '' : `${status}: ${lastOf(stderr === '' ? stdout : stderr)}` }
  })
}

/** What a program prints for each input, with its exit status; undefined where it does not compile. */
export async function outputsOf(
  { language, code }: Program,
  inputs: readonly string[],
): Promise<readonly string[] | undefined> {
  const form = ALONE[language]
  if (form === undefined) return undefined
  return inFolder({ [form.file]: code }, async (run) => {
    if (form.compile !== undefined && (await run(form.compile)).status !== 0) return undefined
    const outputs: string[] = []
    for (const input of inputs) {
      const { status, stdout } = await run(form.run, input)
      outputs.push(`${status} ${stdout.trim()}`)
      // One that does not end says enough.
      if (status === undefined) break
    }
    return outputs
  })
}

const lastOf = (text: string) => text.trim().slice(-300)

const oneAfterTheOther = (answer: string, test: string) => `${answer}\n${test}`

const withMacro = (answer: string, test: string) => `#define main own_main\n${answer}\n#undef main\n${test}`

/** A test without a class comes into the answer's last, which it closes. */
const inClass = (main: RegExp) => (answer: string, test: string) => {
  const own = answer.replaceAll(main, (word) => `own${word}`)
  if (/^\s*(?:import\b[^\n]*\s+)*(?:public\s+)?class\s/.test(test))
    return `${imports(test)}${own}\n${rest(test)}`
  return `${own.replace(/\}\s*$/, '')}\n${test}\n}\n`
}
const IMPORTS = /^import\s.*;[ \t]*$/gm
const imports = (test: string) => `${(test.match(IMPORTS) ?? []).join('\n')}\n`
const rest = (test: string) => test.replaceAll(IMPORTS, '').replace(/^\s*public class/m, 'class')

/** One file of one package; names of the answer's own tests give way. */
function goFile(answer: string, test: string): string {
  const own = answer
    .replace(/^\s*package\s+\w+/m, 'package main')
    .replaceAll(/\bfunc (?:Test\w+|main)\b/g, (words) => words.replace('func ', 'func own'))
  const whole = /^package main/m.test(own) ? own : `package main\n${own}`
  const there = new Set(whole.match(/"[\w./]+"/g))
  const wanted =
    (test.match(/^\s*import\s*(?:\([^)]*\)|"[^"]*")/gm) ?? []).join('\n').match(/"[\w./]+"/g) ?? []
  const lines = wanted.filter((path) => !there.has(path)).map((path) => `\nimport ${path}`)
  const body = test
    .replaceAll(/^\s*import\s*(?:\([^)]*\)|"[^"]*")/gm, '')
    .replaceAll(/^\s*package\s+\w+/gm, '')
  return `${whole.replace(/^package main/m, `package main\n${lines.join('')}`)}\n${body}`
}

const withoutMain = (answer: string) => answer.replaceAll(/\bfn main\b/g, 'fn own_main')

const TSC = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')

/** By path, as a compiler of Java looks for them. */
const TUPLES = Object.fromEntries(
  JAVA_TUPLES.split(/^(?=public (?:abstract )?class )/m)
    .slice(1)
    .map((text) => [
      `org/javatuples/${/class (\w+)/.exec(text)![1]}.java`,
      `package org.javatuples;\nimport java.util.*;\n${text}`,
    ]),
)

const TESTED: Readonly<Partial<Record<Language, TestedForm>>> = {
  python: { file: 'main.py', run: ['python3', 'main.py'] },
  javascript: { file: 'main.js', run: [process.execPath, 'main.js'], isSilent: true },
  typescript: {
    file: 'main.ts',
    compile: [process.execPath, TSC, '--target', 'esnext', '--strict', 'false', '--skipLibCheck', 'main.ts'],
    run: [process.execPath, 'main.js'],
    refusalFails: true,
  },
  php: {
    file: 'main.php',
    run: ['php', 'main.php'],
    together: (answer, test) =>
      `${/<\?php/.test(answer) ? answer.replace(/\?>\s*$/, '') : `<?php\n${answer}`}\n${test.replace(/^\s*<\?php/, '')}`,
  },
  bash: { file: 'main.sh', run: ['bash', 'main.sh'] },
  cpp: {
    file: 'main.cpp',
    compile: ['g++', '-std=c++17', '-w', '-o', 'main', 'main.cpp'],
    run: ['./main'],
    together: withMacro,
  },
  java: {
    file: 'Main.java',
    compile: ['javac', '-d', 'out', 'Main.java'],
    run: ['java', '-ea', '-cp', 'out', 'Problem'],
    together: inClass(/\bmain(?=\s*\()/g),
    files: TUPLES,
  },
  csharp: {
    file: 'main.cs',
    compile: ['mcs', '-nologo', '-d:DEBUG', '-r:System.Numerics.dll', '-out:main.exe', 'main.cs'],
    run: ['mono', 'main.exe'],
    isSilent: true,
    together: inClass(/\bMain(?=\s*\()/g),
  },
  scala: {
    file: 'main.scala',
    compile: ['scalac', '-nowarn', 'main.scala'],
    run: ['scala', '-cp', '.', 'Problem'],
    together: inClass(/\bmain(?=\s*\()/g),
  },
  go: { file: 'main_test.go', run: ['go', 'test', '-vet=off', 'main_test.go'], together: goFile },
  rust: {
    file: 'main.rs',
    compile: ['rustc', '--edition', '2021', '-A', 'warnings', 'main.rs'],
    run: ['./main'],
    together: (answer, test) => `${withoutMain(answer)}\n${test}`,
  },
}

/** Of whole programs. */
const ALONE: Readonly<Partial<Record<Language, PlainForm>>> = {
  python: { file: 'main.py', run: ['python3', 'main.py'] },
  javascript: { file: 'main.js', run: [process.execPath, 'main.js'] },
  typescript: { file: 'main.ts', run: [process.execPath, 'main.ts'] },
  php: { file: 'main.php', run: ['php', 'main.php'] },
  bash: { file: 'main.sh', run: ['bash', 'main.sh'] },
  c: { file: 'main.c', compile: ['gcc', '-O1', '-w', '-o', 'main', 'main.c', '-lm'], run: ['./main'] },
  cpp: { file: 'main.cpp', compile: ['g++', '-std=c++17', '-w', '-o', 'main', 'main.cpp'], run: ['./main'] },
  java: { file: 'Main.java', compile: ['javac', 'Main.java'], run: ['java', '-ea', 'Main'] },
  csharp: {
    file: 'main.cs',
    compile: ['mcs', '-nologo', '-out:main.exe', 'main.cs'],
    run: ['mono', 'main.exe'],
  },
  scala: {
    file: 'main.scala',
    compile: ['scalac', '-nowarn', 'main.scala'],
    run: ['scala', '-cp', '.', 'Main'],
  },
  go: { file: 'main.go', compile: ['go', 'build', '-o', 'main', 'main.go'], run: ['./main'] },
  rust: { file: 'main.rs', compile: ['rustc', '--edition', '2021', 'main.rs'], run: ['./main'] },
  haskell: { file: 'main.hs', compile: ['ghc', '-v0', 'main.hs', '-o', 'main'], run: ['./main'] },
}
