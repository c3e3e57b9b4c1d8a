/**
 * `node scripts/format-native.mjs [--write]`: says where the C, C++ and CUDA sources below native/ are not as
 * clang-format writes them, or writes them so. Exit status 0 if all are (now), else 1.
 *
 * The formatter is the one that package-lock.json names: another version of it formats otherwise.
 */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './setup.mjs'

const mode = process.argv[2] === '--write' ? ['-i'] : ['--dry-run', '--Werror']
const files = globSync('native/**/*.{c,cpp,cu,h}', { cwd: ROOT, exclude: ['native/**/build/**'] })
const formatter = join(ROOT, 'node_modules/.bin/clang-format')
const { status } = spawnSync(formatter, [...mode, ...files.sort()], { cwd: ROOT, stdio: 'inherit' })
process.exitCode = status === 0 ? 0 : 1
