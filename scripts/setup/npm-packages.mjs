/** `node_modules` brought to what package-lock.json says, when it is not there yet. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runStep } from './run-step.mjs'

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean }} LockedPackage
 * @typedef {{ packages: Record<string, LockedPackage> }} Lock
 */

/**
 * npm writes what it has installed into node_modules/.package-lock.json as its last act, so that record both
 * dates an installation and shows an interrupted one. An optional package may be absent: it is for another system.
 *
 * @param {Lock} lock the parsed package-lock.json
 * @param {Lock} installed the parsed node_modules/.package-lock.json
 * @returns {boolean}
 */
export function isInstalled(lock, installed) {
  const locked = Object.entries(lock.packages).filter(([path]) => path !== '')
  const known = new Set(locked.map(([path]) => path))
  return (
    Object.keys(installed.packages).every((path) => known.has(path)) &&
    locked.every(([path, wanted]) => {
      const found = installed.packages[path]
      if (found === undefined) return wanted.optional === true
      return found.version === wanted.version && found.integrity === wanted.integrity
    })
  )
}

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @param {(line: string) => void} report
 */
export function ensureNpmPackages(root, env, report) {
  const lock = readLock(join(root, 'package-lock.json'))
  const installed = readLock(join(root, 'node_modules/.package-lock.json'))
  if (lock !== undefined && installed !== undefined && isInstalled(lock, installed)) return
  report('npm packages: installing what package-lock.json lists')
  runStep('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'], {
    cwd: root,
    env,
    failure: '`npm ci` failed: its own words are above; check the network and the npm registry.',
  })
}

/**
 * @param {string} path
 * @returns {Lock | undefined}
 */
function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
