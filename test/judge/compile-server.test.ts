import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findPrograms } from '../../src/judge/find-programs.ts'
import { type CompileServer, makeCompileServer } from '../../src/judge/languages/compile-server.ts'
import { definitionOf } from '../../src/judge/languages/languages.ts'
import { openWorkshop } from '../../src/judge/workshop.ts'
import { NOBODY } from '../../src/sandbox/rung.ts'
import { findJudgeBox } from '../../src/toolchain/find-judge-box.ts'

const programs = findPrograms(definitionOf('java'))

const LONG = Array.from(
  { length: 12 },
  (_, part) =>
    `class Part${part} { ${Array.from({ length: 8000 }, (_, i) => `static int f${i}(int a) { return f${i >> 1}(a * ${i}) + 1; }`).join('\n')} }`,
).join('\n')
const SHORT = 'class Main { public static void main(String[] a) {} }'

describe.skipIf(programs === undefined)('a compiler that stays', () => {
  let supportFolder: string
  let server: CompileServer
  beforeEach(() => {
    supportFolder = mkdtempSync(join(tmpdir(), 'gepo-test-'))
    chmodSync(supportFolder, 0o755)
    copyFileSync(findJudgeBox(process.env)!, join(supportFolder, 'judge-box'))
    const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : undefined
    server = makeCompileServer(
      {
        title: 'Java',
        javaPath: programs!.java!,
        source: 'CompileServer.java',
        javaArguments: ['-XX:TieredStopAtLevel=1', '-Xmx512m'],
        cpuMs: 1500,
      },
      openWorkshop({ supportFolder, user }),
    )
  })
  afterEach(async () => {
    await server.close()
    rmSync(supportFolder, { recursive: true })
  })

  test('ends a source by the CPU time that it takes, and takes the next', async () => {
    expect(await server.compile(LONG)).toEqual({
      kind: 'compile-error',
      message: 'the compiler took more than 1.5 s of CPU time',
    })
    expect(await server.compile(SHORT)).toMatchObject({ kind: 'compiled', mainClass: 'Main' })
  })

  test('is at fault itself where it cannot start', async () => {
    await server.close()
    expect(await server.compile(SHORT)).toMatchObject({ kind: 'sandbox-error' })
  })
})
