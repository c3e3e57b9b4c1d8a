/** Folders for a test file's own use, which go with it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

const root = mkdtempSync(join(tmpdir(), 'gepo-scratch-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** @returns a new, empty folder */
export function scratchFolder(): string {
  return mkdtempSync(join(root, 'folder-'))
}
