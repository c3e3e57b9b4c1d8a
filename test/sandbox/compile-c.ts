/** C text in, an executable in a sandbox's box out; for the tests of the sandbox. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { locateTools } from '../../src/toolchain/locate-tools.ts'

const compiled = new Map<string, Buffer>()
let count = 0

/** The executable's path relative to the box. A source without `main(` is the statements of one. */
export function compileC(
  sandbox: Pick<Sandbox, 'boxPath'>,
  source: string,
  flags: readonly string[] = [],
): string {
  const name = `t${count++}`
  const path = join(sandbox.boxPath, name)
  const key = JSON.stringify([source, flags])
  const known = compiled.get(key)
  if (known) {
    writeFileSync(path, known, { mode: 0o755 })
  } else {
    const args = ['-std=gnu17', '-O0', '-w', ...flags, '-x', 'c', '-', '-o', path, '-lm']
    const text = source.includes('main(')
      ? source
      : `int main(int argc, char **argv) { ${source}\n return 0; }`
    execFileSync(locateTools().clang, args, { input: HEADERS + text })
    compiled.set(key, readFileSync(path))
  }
  return name
}

const HEADERS = [
  '#define _GNU_SOURCE 1',
  ...[
    ...['stdio', 'stdlib', 'string', 'errno', 'fcntl', 'signal', 'time', 'unistd', 'math'],
    ...[
      'sys/mman',
      'sys/prctl',
      'sys/ptrace',
      'sys/resource',
      'sys/socket',
      'sys/stat',
      'sys/syscall',
      'sys/wait',
    ],
  ].map((name) => `#include <${name}.h>`),
  '',
].join('\n')
