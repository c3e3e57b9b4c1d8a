import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CodeEngine } from '../../../src/execute/code-engine.ts'
import { findConstants } from '../../../src/execute/inputs/find-constants.ts'
import { findInputs } from '../../../src/execute/inputs/find-inputs.ts'
import { screenOf } from '../../../src/execute/original/screen-original.ts'
import { cCode } from '../../fixtures/c-code.ts'
import { openTestEngine } from '../open-test-engine.ts'

let engine: CodeEngine
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.close())

const entryPoint = { kind: 'program', exitDefined: true } as const
async function search(text: string, seed = '1', usedEngine = engine) {
  const code = cCode(text)
  const built = await engine.build(code, 'cover', entryPoint)
  if (built.kind === 'rejected') throw new Error(built.detail)
  const screen = screenOf(engine, code, entryPoint, built.executable)
  const found = await findInputs(usedEngine, built.executable, screen, {
    seed,
    attempts: 64,
    wanted: 16,
    dictionary: findConstants(text),
  })
  return { found, executable: built.executable }
}

async function inputsOf(text: string, seed?: string) {
  const { found } = await search(text, seed)
  if (found.kind === 'dropped') throw new Error(`${found.reason} ${found.detail}`)
  return found.inputs
}

const stdio = '#include <stdio.h>\n#include <string.h>\n'
const PROGRAMS: Record<string, string> = {
  'a count, then that many items': `int main(void) { int n, s = 0, x; if (scanf("%d", &n) != 1) return 1;
    for (int i = 0; i < n; i++) { if (scanf("%d", &x) != 1) return 2; s += x; } printf("%d\\n", s); return 0; }`,
  'numbers until the end':
    'int main(void) { int x, n = 0; while (scanf("%d", &x) == 1) n++; printf("%d\\n", n); return n > 1; }',
  'pairs until "0 0"': `int main(void) { int a, b; while (scanf("%d %d", &a, &b) == 2) { if (a == 0 && b == 0) { puts("end"); return 0; }
    printf("%d\\n", a + b); } return 1; }`,
  'a word that the source knows': `int main(void) { char s[40]; while (scanf("%39s", s) == 1) if (strcmp(s, "quit") == 0) { puts("bye"); return 0; } return 1; }`,
  'an operator between numbers': `int main(void) { double a, b; char c; if (scanf("%lf %c %lf", &a, &c, &b) != 3) return 1;
    switch (c) { case '+': printf("%f", a + b); break; case '*': printf("%f", a * b); break; default: puts("?"); } return 0; }`,
  'literals in the format':
    'int main(void) { int h, m; if (scanf("%d:%d", &h, &m) == 2) { printf("%d\\n", h * 60 + m); return 0; } return 1; }',
  'whole lines': `int main(void) { char line[200]; int n = 0; while (fgets(line, sizeof line, stdin)) n += line[0] != '\\n'; printf("%d\\n", n); return n > 2; }`,
  characters: `int main(void) { int c, upper = 0, space = 0; while ((c = getchar()) != EOF) if (c >= 'A' && c <= 'Z') upper++; else if (c == ' ') space++;
    printf("%d %d\\n", upper, space); return 0; }`,
  'a set of characters':
    'int main(void) { char s[50]; if (scanf("%49[^,],%*d", s) == 1) { puts(s); return 0; } return 1; }',
  'bytes by read()':
    '#include <unistd.h>\nint main(void) { char b[64]; long n = read(0, b, sizeof b); printf("%ld\\n", n); return n > 0; }',
}

describe('findInputs', () => {
  it.each(Object.entries(PROGRAMS))('reaches every edge of a program that reads %s', async (_, text) => {
    const { found } = await search(stdio + text)
    expect(found).toMatchObject({ kind: 'found', edgesTotal: expect.any(Number) })
    if (found.kind === 'dropped') return
    expect(found.edgesTotal).toBeGreaterThan(0)
    expect(found.edgesReached).toBe(found.edgesTotal)
  })

  it('gives inputs that repeat the run as plain standard input', async () => {
    const text = stdio + PROGRAMS['a count, then that many items']
    const { executable } = await search(text)
    const inputs = await inputsOf(text)
    expect(inputs.length).toBeGreaterThan(10)
    for (const { input, edgesTaken, expected } of inputs.filter((found) => found.edgesTaken > 1)) {
      const outcomeWith = async (fuel: number) =>
        (await engine.run([{ executable, runs: [{ input, fill: 0, fuel }] }]))[0]![0]
      const outcome = await outcomeWith(edgesTaken)
      expect(outcome).toMatchObject({ kind: 'ok', stdout: expected.stdout })
      // One edge less is not enough: the count is exact.
      expect(await outcomeWith(edgesTaken - 1)).toMatchObject({ kind: 'timeout' })
    }
  })

  it('gives the same inputs for the same seed, and others for another', async () => {
    const first = await inputsOf(stdio + PROGRAMS.characters, 'a')
    expect(await inputsOf(stdio + PROGRAMS.characters, 'a')).toEqual(first)
    expect(await inputsOf(stdio + PROGRAMS.characters, 'b')).not.toEqual(first)
  })

  it('finds the one input of a program that reads nothing', async () => {
    const inputs = await inputsOf(`${stdio}int main(void) { puts("hello"); return 0; }`)
    expect(inputs.map(({ input }) => input)).toEqual([{ kind: 'stdin', stdin: '' }])
  })

  it('gives up on a program that never ends, and says why', async () => {
    const { found } = await search('int main(void) { for (;;) ; }')
    expect(found).toMatchObject({ kind: 'dropped', stage: 'input', reason: 'timeout' })
  })

  it('names the fault of a program that has one on every input', async () => {
    const { found } = await search(`${stdio}int main(void) { int x; printf("%d\\n", x + 1); return 0; }`)
    expect(found).toMatchObject({ kind: 'dropped', stage: 'screen-original', reason: 'uninitialised-read' })
  })

  it.each([
    ['all at once where the first few end', PROGRAMS['numbers until the end']!, [8, 56]],
    ['no more than the first few where none ends', 'int main(void) { for (;;); }', [8]],
  ])('makes up inputs of a program in few requests: %s', async (_, text, expected) => {
    const requests: number[] = []
    await search(stdio + text, '1', {
      ...engine,
      explore(executable, explorations) {
        requests.push(explorations.length)
        return engine.explore(executable, explorations)
      },
    })
    expect(requests).toEqual(expected)
  })

  it('gives undefined behaviour no say in which inputs are found', async () => {
    // On every input without a number above 0 the program takes the way that a stale address on the stack chooses.
    const text = `${stdio}int main(void) { int n, max = 0, at, x; if (scanf("%d", &n) != 1) return 1;
      for (int i = 0; i < n; i++) { if (scanf("%d", &x) != 1) return 2; if (x > max) { max = x; at = i; } }
      for (int bit = 0; bit < 32; bit++) if (at >> bit & 1) puts("one"); else puts("zero");
      return 0; }`
    const first = await inputsOf(text)
    for (let repeat = 0; repeat < 4; repeat++) expect(await inputsOf(text)).toEqual(first)
  })
})
