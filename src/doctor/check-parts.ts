/**
 * The machine in, one record per part of the installation out: found where, which version, what is lost without
 * it, how to get it. Each part is tried, not only looked for, where being there does not mean that it works.
 * Nothing is changed; a few small programs are compiled and run in the folder for temporary files.
 */

import { UserError } from '../base/user-error.ts'
import { canRunUnits } from '../execute/find-fast-engine.ts'
import type { LanguageDefinition } from '../judge/languages/language-definition.ts'
import { DEFINITIONS as LANGUAGES } from '../judge/languages/languages.ts'
import { LANGUAGE_NAMES } from '../records/language.ts'
import { openSandbox } from '../sandbox/sandbox.ts'
import {
  findClang,
  findSupervise,
  findTool,
  LLVM_BIN,
  LLVM_MAJOR,
  remedy,
  setupCommand,
} from '../toolchain/locate-tools.ts'
import { askVersion, probe } from './ask-version.ts'
import { checkCompileWorker, checkUnitRunners } from './check-fast-engine.ts'
import { checkJudge, checkLanguage } from './check-judge.ts'
import { checkNativeTreeSitter, checkSqlite, checkTokenizers, checkTreeSitter } from './check-libraries.ts'
import { checkSanitizer, type Sanitizer } from './check-sanitizer.ts'
import { checkGpu, checkLibtorch, checkTrainer } from './check-training.ts'
import { checkWatchPlugin } from './check-watch-plugin.ts'
import type { InstalledPart, PartStatus } from './part.ts'

interface Definition {
  readonly name: string
  readonly required: boolean
  readonly lostWithout: string
  readonly remedy: string
  readonly check: (env: NodeJS.ProcessEnv) => Promise<PartStatus>
}

const SETUP = `run \`${setupCommand()}\``
const SLOWLY =
  'groups are built and verified many times as slowly, by starting clang and an executable for each variant'
const VERSION = /(\d+\.\d+(?:\.\d+)?)/

const DEFINITIONS: readonly Definition[] = [
  {
    name: 'Node',
    required: true,
    lostWithout: 'everything',
    remedy: `${SETUP}, or install Node 24 from https://nodejs.org`,
    check: async () => ({ status: 'ok', found: process.execPath, version: process.versions.node }),
  },
  {
    name: `clang ${LLVM_MAJOR}`,
    required: true,
    lostWithout: 'no IR: nothing can be built or verified',
    remedy: remedy(`clang-${LLVM_MAJOR}`),
    check: async (env) => clangFinding(env),
  },
  {
    name: `LLVM ${LLVM_MAJOR} tools`,
    required: true,
    lostWithout: 'IR cannot be assembled and checked (llvm-as, opt, llc)',
    remedy: remedy(`llvm-${LLVM_MAJOR}`),
    check: checkLlvmTools,
  },
  {
    name: 'lld',
    required: true,
    lostWithout: 'what was compiled cannot be linked',
    remedy: remedy(`lld-${LLVM_MAJOR}`),
    check: (env) => askVersion([findTool('lld', env) ?? 'ld.lld'], ['--version'], VERSION, env),
  },
  sanitizer('address sanitizer', 'address', 'reads and writes outside of objects go unseen'),
  sanitizer('memory sanitizer', 'memory', 'reads of uninitialised memory go unseen'),
  sanitizer('undefined-behaviour sanitizer', 'undefined', 'undefined behaviour goes unseen'),
  {
    name: 'pass for undefined behaviour',
    required: true,
    lostWithout:
      'what no sanitizer sees (assumptions, attributes, formats) would go unseen, so no group is built',
    remedy: `${remedy(`llvm-${LLVM_MAJOR}-dev`)} and ${SETUP} again`,
    check: async (env) => checkWatchPlugin(findClangOrWhy(env), env),
  },
  {
    name: 'native runner',
    required: true,
    lostWithout: 'no program can be run, so nothing can be proven',
    remedy: SETUP,
    check: checkRunner,
  },
  {
    name: 'in-process compiler',
    required: false,
    lostWithout: SLOWLY,
    remedy: `${remedy(`libclang-cpp${LLVM_MAJOR}-dev llvm-${LLVM_MAJOR}-dev libclang-${LLVM_MAJOR}-dev`)} and ${SETUP} again`,
    check: async (env) => checkCompileWorker(env, findClangOrWhy(env)),
  },
  {
    name: 'in-process runners',
    required: false,
    lostWithout: SLOWLY,
    remedy: canRunUnits(process.arch) ? SETUP : 'use an x86-64 machine: they are for those only',
    check: checkUnitRunners,
  },
  {
    name: 'sandbox',
    required: true,
    lostWithout: 'untrusted programs are not run',
    remedy: `${remedy('bubblewrap')}, and allow user namespaces (on Ubuntu 24.04: \`sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0\`)`,
    check: checkSandbox,
  },
  {
    name: 'bubblewrap',
    required: false,
    lostWithout: 'the sandbox has no namespaces and rests on Landlock and seccomp alone',
    remedy: remedy('bubblewrap'),
    check: (env) => askVersion(['bwrap'], ['--version'], VERSION, env),
  },
  {
    name: 'SQLite (better-sqlite3)',
    required: true,
    lostWithout: 'groups cannot be stored',
    remedy: SETUP,
    check: checkSqlite,
  },
  {
    name: 'tree-sitter',
    required: true,
    lostWithout: 'C cannot be parsed: no functions are found and no mutants made',
    remedy: SETUP,
    check: checkTreeSitter,
  },
  {
    name: 'native tree-sitter',
    required: false,
    lostWithout: 'C is parsed by WebAssembly: the same results, more slowly',
    remedy: SETUP,
    check: checkNativeTreeSitter,
  },
  {
    name: 'git',
    required: false,
    lostWithout: 'the source cannot be cloned or updated',
    remedy: remedy('git'),
    check: (env) => askVersion(['git'], ['--version'], VERSION, env),
  },
  {
    name: 'Python 3',
    required: false,
    lostWithout: 'no training',
    remedy: remedy('python3'),
    check: (env) => askVersion(['python3'], ['--version'], VERSION, env),
  },
  {
    name: 'libtorch',
    required: false,
    lostWithout: 'no training: the native trainer is built on it',
    remedy: `${SETUP}, which installs it, or name its folder in LIBTORCH`,
    check: checkLibtorch,
  },
  {
    name: 'tokenizers',
    required: false,
    lostWithout: 'no training: texts cannot be made into tokens',
    remedy: SETUP,
    check: checkTokenizers,
  },
  {
    name: 'tensor engine',
    required: false,
    lostWithout: 'no training and no generation',
    remedy: SETUP,
    check: checkTrainer,
  },
  {
    name: 'GPU',
    required: false,
    lostWithout: 'training runs on the CPU: for small models only',
    remedy: 'use a machine with an NVIDIA GPU and its driver',
    check: checkGpu,
  },
  {
    name: 'judge',
    required: false,
    lostWithout: 'no answers are judged: no reinforcement learning, no translation problems',
    remedy: `${SETUP}, and allow what the sandbox needs`,
    check: checkJudge,
  },
  ...LANGUAGES.map(language),
]

/**
 * Looks at every part, all at the same time, and tries it.
 *
 * @param env where `PATH` and the `GEPO_...` overrides are read from
 */
export async function checkParts(env: NodeJS.ProcessEnv = process.env): Promise<readonly InstalledPart[]> {
  return Promise.all(DEFINITIONS.map((definition) => checkPart(definition, env)))
}

async function checkPart(definition: Definition, env: NodeJS.ProcessEnv): Promise<InstalledPart> {
  const finding = await definition.check(env)
  return {
    name: definition.name,
    required: definition.required,
    status: finding.status,
    found: finding.status === 'missing' ? null : finding.found,
    version: finding.status === 'ok' ? finding.version : null,
    problem: finding.status === 'broken' ? finding.problem : null,
    lostWithout: definition.lostWithout,
    remedy: remedyFor(finding, definition),
  }
}

function remedyFor(finding: PartStatus, definition: Definition): string | null {
  if (finding.status === 'ok') return null
  return (finding.status === 'broken' ? finding.remedy : undefined) ?? definition.remedy
}

function sanitizer(name: string, kind: Sanitizer, lostWithout: string): Definition {
  return {
    name,
    required: true,
    lostWithout,
    remedy: remedy(`libclang-rt-${LLVM_MAJOR}-dev`),
    check: async (env) => {
      const clang = findClangOrWhy(env)
      return typeof clang === 'string' ? { status: 'missing' } : checkSanitizer(kind, clang, env)
    },
  }
}

function language(definition: LanguageDefinition): Definition {
  const { language, aptPackage } = definition
  const title = LANGUAGE_NAMES[language]
  return {
    name: `judge: ${title}`,
    required: false,
    lostWithout: `answers in ${title} cannot be judged`,
    remedy: aptPackage === undefined ? SETUP : remedy(aptPackage),
    check: (env) => checkLanguage(definition, env),
  }
}

/** The clang, or the sentence that says why there is none. */
function findClangOrWhy(env: NodeJS.ProcessEnv): ReturnType<typeof findClang> | string {
  try {
    return findClang(env)
  } catch (error) {
    if (error instanceof UserError) return error.message
    throw error
  }
}

function clangFinding(env: NodeJS.ProcessEnv): PartStatus {
  const clang = findClangOrWhy(env)
  if (typeof clang !== 'string') return { status: 'ok', found: clang.path, version: clang.version }
  if (env.GEPO_CLANG === undefined) return { status: 'missing' }
  return { status: 'broken', found: env.GEPO_CLANG, problem: clang }
}

async function checkLlvmTools(env: NodeJS.ProcessEnv): Promise<PartStatus> {
  const findings = await Promise.all(
    ['llvm-as', 'opt', 'llc'].map((name) =>
      askVersion([`${name}-${LLVM_MAJOR}`, `${LLVM_BIN}/${name}`], ['--version'], /LLVM version (\S+)/, env),
    ),
  )
  return findings.find(({ status }) => status !== 'ok') ?? findings[0]!
}

async function checkRunner(env: NodeJS.ProcessEnv): Promise<PartStatus> {
  const found = findSupervise(env)
  if (found === undefined) return { status: 'missing' }
  // Without arguments it says how it is used: that shows that it starts, which a foreign build does not.
  const { stderr } = await probe(found, [], env)
  if (stderr.startsWith('usage: supervise')) return { status: 'ok', found, version: 'built' }
  return { status: 'broken', found, problem: stderr.trim() || 'it does not answer as the native runner does' }
}

async function checkSandbox(env: NodeJS.ProcessEnv): Promise<PartStatus> {
  const supervisePath = findSupervise(env)
  if (supervisePath === undefined) return { status: 'missing' }
  try {
    const sandbox = await openSandbox({ supervisePath })
    await sandbox.close()
    const version = `level ${sandbox.rung}`
    if (sandbox.rung !== 'none') return { status: 'ok', found: supervisePath, version }
    return {
      status: 'broken',
      found: supervisePath,
      problem: 'programs run without protection, by your override',
    }
  } catch (error) {
    if (error instanceof UserError) return { status: 'broken', found: supervisePath, problem: error.message }
    throw error
  }
}
