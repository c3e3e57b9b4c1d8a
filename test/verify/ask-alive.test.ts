import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askAlive } from '../../src/verify/ask-alive.ts'

// Stands for alive-tv: says what the source module tells it to, in Alive2's words.
const SCRIPT = `#!/bin/sh
for last; do source=$target; target=$last; done
case "$(head -n 1 "$source")" in
  "; proven") echo "Transformation seems to be correct!"; echo; echo Summary:; echo "  1 correct transformations"; echo "  0 incorrect transformations";;
  "; refuted") echo "Transformation doesn't verify!"; echo "ERROR: Value mismatch"; echo "i32 %x = #x00000007 (7)"; echo Summary:; echo "  1 incorrect transformations";;
  "; slow") echo "ERROR: Timeout"; echo Summary:; echo "  1 failed-to-prove transformations";;
  "; broken") echo "cannot parse" >&2; exit 1;;
  "; options") echo "ERROR: $*";;
esac
`

let folder: string
let command: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gepo-test-alive-'))
  command = join(folder, 'alive-tv')
  await writeFile(command, SCRIPT)
  await chmod(command, 0o755)
})
afterAll(() => rm(folder, { recursive: true }))

describe('askAlive', () => {
  it('asks both ways and tells proofs from refutations and from neither', async () => {
    expect(await askAlive(command, ['; proven\n', '; refuted\n'], 'f')).toEqual({
      kind: 'asked',
      function: 'f',
      forward: { kind: 'correct' },
      backward: {
        kind: 'incorrect',
        detail: "Transformation doesn't verify!\nERROR: Value mismatch\ni32 %x = #x00000007 (7)",
      },
    })
    expect(await askAlive(command, ['; slow\n', '; broken\n'], 'f')).toMatchObject({
      forward: { kind: 'unproven', detail: 'ERROR: Timeout' },
      backward: { kind: 'unproven' },
    })
  })

  it('names the function and bounds the solver', async () => {
    const report = await askAlive(command, ['; options\n', '; proven\n'], 'g')
    expect(report).toMatchObject({
      forward: {
        detail: expect.stringMatching(/--func=g --smt-to=\d+ --disable-undef-input .*a\.ll .*b\.ll/),
      },
    })
  })

  it('says in one sentence that it is not there', async () => {
    expect(await askAlive('/nowhere/alive-tv', ['', ''], 'f')).toEqual({
      kind: 'absent',
      detail: '/nowhere/alive-tv is not an executable file, so Alive2 was not asked.',
    })
  })
})
