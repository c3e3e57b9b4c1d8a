/**
 * A file of source code or LLVM IR in, one of two versions to compare out: its code, its IR and what it defines. IR is read by clang
 * and printed anew, so that what comes later meets one spelling only. Nothing is run.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { UserError } from '../base/user-error.ts'
import { type Code, irCode } from '../compile/code.ts'
import { normalizeIr } from '../compile/normalize-ir.ts'
import type { CodeEngine } from '../execute/code-engine.ts'
import { readIrText } from '../execute/read-ir-text.ts'
import type { FormatFault } from '../extract/find-format-faults.ts'
import { DEFAULT_LANGUAGE, languageOfFile, unitCode } from '../languages/languages.ts'
import type { SourceLanguage } from '../languages/source-language.ts'
import { decodeText } from '../sources/decode-text.ts'
import { spawnClang } from '../toolchain/clang-runner.ts'
import { findExecutable } from '../toolchain/find-executable.ts'
import { LLVM_BIN, LLVM_MAJOR } from '../toolchain/locate-tools.ts'
import { type ClangResult, firstError } from '../toolchain/run-clang.ts'
import { runTool } from '../toolchain/run-tool.ts'

export interface VersionFile {
  /** For messages, and by its ending for the language: `.c`, `.ll`, `.bc`. Where it says nothing, the content tells. */
  readonly name: string
  readonly content: Uint8Array
}

export interface Version {
  readonly name: string
  readonly form: 'source' | 'ir'
  /** IR does not say what it was written in; it counts as the first of all languages. */
  readonly language: SourceLanguage
  /** What is built with the sanitizers: the source text, or the IR with all that it promises of itself. */
  readonly code: Code
  /** Whether a main that returns an integer and reaches its end has a defined exit status. */
  readonly endOfMainReturnsZero: boolean
  /** Normalised: of a source at O0, of IR as it is. */
  readonly ir: string
  /** With debug information where there is some. */
  readonly debugIr: string
  /** Calls in a source that are undefined whatever they are given. */
  readonly formatFaults: readonly FormatFault[]
}

export interface VersionTools {
  readonly engine: CodeEngine
  readonly clang: string
}

const OUTPUT_LIMIT_BYTES = 32 * 1024 * 1024
/** Another name for main, so that a driver can have its own. Both versions get it. */
const HIDDEN_MAIN = 'main_of_unit'

/** Why a file must not even be compiled, or could hide from the sanitizers; undefined for IR, which has no such forms. */
export function findRefusal({ name, content }: VersionFile): string | undefined {
  if (isBitcode(content)) return undefined
  const decoded = decodeText(content)
  if (decoded.kind === 'dropped' || isIrText(name, decoded.text)) return undefined
  const refusal = languageOfVersion(name).findRefusedConstruct(decoded.text)
  return refusal && `${name}: ${refusal.reason} (${refusal.detail})`
}

/**
 * @param asProgram false hides `main`: a single function is about to be called
 * @throws UserError for a file that is neither, or that the compiler refuses
 */
export async function readVersion(
  tools: VersionTools,
  { name, content }: VersionFile,
  asProgram: boolean,
): Promise<Version> {
  const { engine } = tools
  if (isBitcode(content)) return irVersion(engine, name, await disassemble(content, name), asProgram)
  const decoded = decodeText(content)
  if (decoded.kind === 'dropped') throw new UserError(`${name} cannot be read: ${decoded.detail}.`)
  return isIrText(name, decoded.text)
    ? irVersion(engine, name, decoded.text, asProgram)
    : sourceVersion(tools, name, decoded.text, asProgram)
}

const languageOfVersion = (name: string) => languageOfFile(name) ?? DEFAULT_LANGUAGE

const isIrText = (name: string, text: string) =>
  /\.ll$/.test(name) || (languageOfFile(name) === undefined && /^define .*\{$/m.test(text))

/** Bare, or in the wrapper that Darwin puts around it. */
function isBitcode(content: Uint8Array): boolean {
  const magic = Buffer.from(content.buffer, content.byteOffset, Math.min(4, content.length)).toString(
    'latin1',
  )
  return magic === 'BC\xc0\xde' || magic === '\xde\xc0\x17\x0b'
}

async function disassemble(content: Uint8Array, name: string): Promise<string> {
  const llvmDis = findExecutable([`llvm-dis-${LLVM_MAJOR}`, `${LLVM_BIN}/llvm-dis`], process.env)
  if (llvmDis === undefined)
    throw new UserError(
      `${name} is bitcode, which llvm-dis reads: install llvm ${LLVM_MAJOR} (apt-get install llvm-${LLVM_MAJOR}), or give the text (.ll).`,
    )
  const folder = await mkdtemp(path.join(tmpdir(), 'gepo-bitcode-'))
  try {
    const file = path.join(folder, 'module.bc')
    await writeFile(file, content)
    const { failed, stdout, stderr } = await runTool([llvmDis, file, '-o', '-'], '', OUTPUT_LIMIT_BYTES)
    if (failed)
      throw new UserError(`${name} is no bitcode of LLVM ${LLVM_MAJOR} or before: ${lastLine(stderr, file)}.`)
    return stdout
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const lastLine = (text: string, file: string) =>
  text.trim().split('\n').at(-1)?.replaceAll(file, '<bitcode>') ?? ''

async function sourceVersion(
  { engine, clang }: VersionTools,
  name: string,
  text: string,
  asProgram: boolean,
): Promise<Version> {
  const language = languageOfVersion(name)
  const read = asProgram ? text : language.renameMain(text, HIDDEN_MAIN)
  const refusals: string[] = []
  for (const standard of language.standards) {
    const code = unitCode({ code: read, standard })
    const debug = await engine.emitIr(code, 'O0', { debug: true })
    const plain = debug.kind === 'ok' ? await engine.emitIr(code, 'O0') : debug
    if (debug.kind !== 'ok' || plain.kind !== 'ok') {
      refusals.push(explain(debug.kind === 'ok' ? plain : debug))
      continue
    }
    return {
      name,
      form: 'source',
      language,
      code,
      endOfMainReturnsZero: language.endOfMainReturnsZero(standard),
      ir: normalizeIr(plain.stdout),
      debugIr: debug.stdout,
      formatFaults: await language.findFormatFaults(read, standard, spawnClang(clang)),
    }
  }
  // The second standard is the lenient one: its first error is what really stands in the way.
  throw new UserError(`${name} does not compile as ${language.title}: ${refusals[1] ?? refusals[0]}.`)
}

async function irVersion(
  engine: CodeEngine,
  name: string,
  text: string,
  asProgram: boolean,
): Promise<Version> {
  const read = await readIrText(engine, text, (ir) =>
    asProgram ? ir : ir.replaceAll(/@main\b/g, `@${HIDDEN_MAIN}`),
  )
  switch (read.kind) {
    case 'foreign':
      throw new UserError(`${name} is for ${read.triple}; only code for x86-64 and Linux can be run here.`)
    case 'rejected': {
      const newer = findNewerIr(text)
      throw new UserError(
        newer === undefined
          ? `${name} is refused as LLVM IR by LLVM ${LLVM_MAJOR}: ${explain(read.result)}.`
          : `${name} is IR of a newer LLVM than ${LLVM_MAJOR} (${newer}): write it with LLVM ${LLVM_MAJOR} or before.`,
      )
    }
    case 'metadata-operand':
      throw new UserError(
        `${name} cannot be compared, since an instruction has metadata as an operand: ${read.operand}.`,
      )
    case 'ok':
      return {
        name,
        form: 'ir',
        language: DEFAULT_LANGUAGE,
        code: irCode(read.whole),
        endOfMainReturnsZero: true,
        ir: read.normalized,
        debugIr: read.debugIr,
        formatFaults: [],
      }
  }
}

/** Of later releases than LLVM_MAJOR: what a module says of its producer, or a word that came with one of them. */
const PRODUCER = /!"[^"\n]*\b(?:clang|LLVM|rustc) version (\d+)[^"\n]*"/
const NEWER_WORDS =
  /\b(?:captures\(|initializes\(|dead_on_return\b|samesign\b|nocreateundeforpoison\b|sanitize_(?:type|alloc_token)\b|errnomem:|target_mem\d)/

function findNewerIr(text: string): string | undefined {
  const [said, release] = PRODUCER.exec(text) ?? []
  if (said !== undefined && Number(release) > LLVM_MAJOR) return said.slice(2, -1)
  return NEWER_WORDS.exec(text)?.[0].replace(/\($/, '(...)')
}

function explain(result: ClangResult): string {
  switch (result.kind) {
    case 'ok':
      return ''
    case 'rejected':
      return firstError(result.stderr) ?? 'the compiler gives no reason'
    case 'timeout':
      return `the compiler took over ${result.afterMs} ms`
    case 'crashed':
      return `the compiler broke (${result.detail})`
  }
}
