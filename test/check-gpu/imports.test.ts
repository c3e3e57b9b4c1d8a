import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { followImports } from '../../bench/check-gpu/imports.ts'
import { scratchFolder } from '../scratch-folder.ts'

const root = scratchFolder()

function write(path: string, text: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), text)
}

describe('what modules import', () => {
  it('is followed to the end, types left out', () => {
    write(
      'a/entry.ts',
      `import { readFileSync } from 'node:fs'
import {
  one,
  two,
} from '../b/several.ts'
import type { Hidden } from './types.ts'
import '@scope/effect/deep.js'
export { other } from './again.ts'
const text = "import nothing from 'a text'"
`,
    )
    write('b/several.ts', `import { join } from 'plain/sub'\nconst later = await import('later')\n`)
    write('a/again.ts', `import { again } from './entry.ts'\n`)
    expect(followImports(root, ['a/entry.ts'])).toEqual({
      files: ['a/again.ts', 'a/entry.ts', 'b/several.ts'],
      packages: ['@scope/effect', 'later', 'plain'],
    })
  })
})
