/**
 * The Debian and Ubuntu packages that the project needs: each is known by a file or a command that it brings,
 * so that a second look costs microseconds and a part installed by other means counts too.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { runStep } from './run-step.mjs'
import { SetupError } from './setup-error.mjs'

/** Where Debian and Ubuntu put all of this release. */
export const LLVM = '/usr/lib/llvm-19'
const RUNTIMES = `${LLVM}/lib/clang/19/lib/linux`
const MACHINE = process.arch === 'arm64' ? 'aarch64' : 'x86_64'

/** Package, and what shows that it is there: absolute paths are files, names are commands. */
const NEEDED = /** @type {const} */ ([
  ['clang-19', [`${LLVM}/bin/clang`]],
  ['llvm-19', [`${LLVM}/bin/llvm-as`, `${LLVM}/bin/opt`]],
  ['llvm-19-dev', [`${LLVM}/lib/cmake/llvm/LLVMConfig.cmake`]],
  ['libclang-19-dev', [`${LLVM}/include/clang/AST/ASTContext.h`]],
  ['libclang-cpp19-dev', [`${LLVM}/lib/libclang-cpp.so`]],
  [
    'libclang-rt-19-dev',
    [`${RUNTIMES}/libclang_rt.asan-${MACHINE}.a`, `${RUNTIMES}/libclang_rt.msan-${MACHINE}.a`],
  ],
  ['lld-19', [`${LLVM}/bin/ld.lld`]],
  ['bubblewrap', ['bwrap']],
  ['gcc', ['cc']],
  ['g++', ['c++']],
  ['libc6-dev', ['/usr/include/stdio.h']],
  ['cmake', ['cmake']],
  ['ninja-build', ['ninja']],
  // What answers are judged by; where boxes look for it, whatever else is on the path.
  ['default-jdk-headless', ['/usr/bin/javac']],
  ['php-cli', ['/usr/bin/php']],
  ['python3', ['/usr/bin/python3']],
])

/** @returns {string[]} the names of the packages of which something is missing */
function missingPackages() {
  return NEEDED.filter(([, signs]) => !signs.every(isThere)).map(([name]) => name)
}

/**
 * Installs what is missing, as root or through sudo where that asks no password.
 *
 * @param {(line: string) => void} report
 */
export function ensureSystemPackages(report) {
  const missing = missingPackages()
  if (missing.length === 0) return
  installSystemPackages(missing, report)
  const still = missingPackages()
  if (still.length > 0)
    throw new SetupError(`apt-get installed ${still.join(' ')}, but not what is expected of it.`)
}

/**
 * @param {readonly string[]} missing the names of packages
 * @param {(line: string) => void} report
 */
export function installSystemPackages(missing, report) {
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...missing]
  if (!isThere('apt-get')) {
    throw new SetupError(
      `These Debian packages, or what your system calls them, are missing and there is no apt-get here: ${missing.join(' ')}.`,
    )
  }
  const asRoot = rightsPrefix()
  if (asRoot === undefined) {
    throw new SetupError(
      `System packages are missing and need root: run \`sudo ${install.join(' ')}\` and start again.`,
    )
  }
  report(`system packages: installing ${missing.join(' ')} by apt-get`)
  const command = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive']
  // A foreign package source that does not answer must not stop the installation: if it matters, that fails.
  spawnSync(command[0] ?? '', [...command.slice(1), 'apt-get', 'update'], { stdio: 'ignore' })
  runStep(command[0] ?? '', [...command.slice(1), ...install], {
    failure: `apt-get could not install ${missing.join(' ')} (Debian 12, Ubuntu 24.04 and later have them; for others see https://apt.llvm.org).`,
  })
}

/** @returns {string[] | undefined} what to put in front of a command that needs root; undefined without a way */
function rightsPrefix() {
  if (process.getuid?.() === 0) return []
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined
}

/** @param {string} sign */
function isThere(sign) {
  if (sign.startsWith('/')) return existsSync(sign)
  return (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => folder !== '' && existsSync(join(folder, sign)))
}
