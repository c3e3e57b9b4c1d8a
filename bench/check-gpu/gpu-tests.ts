import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What such tests skip themselves by. */
const MARK = /\bNO_GPU\b/

/** The files of tests that want a GPU, by their paths below `root`. */
export function gpuTests(root: string): string[] {
  return readdirSync(join(root, 'test/train'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join('test/train', name))
    .filter((name) => MARK.test(readFileSync(join(root, name), 'utf8')))
    .sort()
}
