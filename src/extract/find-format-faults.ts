/**
 * C code in; out come the calls of printf and scanf that are undefined whatever they are given, since a pointer leads to
 * something of another class or width than its conversion takes: `long n; scanf("%d", &n);`. By clang's own types, so
 * literal formats alone; all other faults of formats are found when the code runs (native/harness/formats.c).
 */

import type { ClangRunner } from '../toolchain/clang-runner.ts'
import { type CStandard, standardFlags } from './standard-flags.ts'

export interface FormatFault {
  /** 1-based. */
  readonly line: number
  /** clang's words. */
  readonly detail: string
}

const MENTIONS_FORMATS = /scanf|printf/
const FLAGS = [
  '-fsyntax-only',
  '-Wno-everything',
  '-Werror=format',
  '-ferror-limit=0',
  '-fno-color-diagnostics',
  '-fno-caret-diagnostics',
]
const TYPE = /'([^']*)'(?: \(aka '([^']*)'\))?/.source
const MISMATCH = new RegExp(
  `^<stdin>:(\\d+):(\\d+): error: (format specifies type ${TYPE} but the argument has type ${TYPE})`,
  'gm',
)

/** Costs a run of the front end, and only where formats are mentioned. */
export async function findFormatFaults(
  code: string,
  standard: CStandard,
  compile: ClangRunner,
): Promise<FormatFault[]> {
  if (!MENTIONS_FORMATS.test(code)) return []
  const result = await compile([...standardFlags(standard), ...FLAGS, '-x', 'c', '-'], code)
  if (result.kind !== 'rejected') return []
  return [...result.stderr.matchAll(MISMATCH)].flatMap(
    ([, line, column, words, wanted, wantedPlain, given, givenPlain]) =>
      pointeesDiffer(wantedPlain ?? wanted!, givenPlain ?? given!)
        ? [{ line: Number(line), detail: `${line}:${column}: ${words}` }]
        : [],
  )
}

/** False also for what is no pointer, and where one leads to is not known. */
function pointeesDiffer(wanted: string, given: string): boolean {
  const [a, b] = [pointeeClass(wanted), pointeeClass(given)]
  return a !== undefined && b !== undefined && a !== b
}

const SCALARS: readonly (readonly [RegExp, string])[] = [
  [/\*/, 'pointer'],
  [/\blong double\b/, 'float of 16 bytes'],
  [/\bdouble\b/, 'float of 8 bytes'],
  [/\bfloat\b/, 'float of 4 bytes'],
  [/\bchar\b|\b_Bool\b/, 'integer of 1 byte'],
  [/\bshort\b/, 'integer of 2 bytes'],
  [/\blong\b/, 'integer of 8 bytes'],
  [/\b(?:int|unsigned|signed|enum)\b/, 'integer of 4 bytes'],
]

/** Signs do not count, nor whether it is an array that the pointer leads to. */
function pointeeClass(pointer: string): string | undefined {
  const pointee = /^(.*?)\s*(?:\*(?: ?(?:const|volatile|restrict))*|\(\*\)(?:\[\d+\])+)$/.exec(pointer)?.[1]
  return pointee === undefined ? undefined : SCALARS.find(([pattern]) => pattern.test(pointee))?.[1]
}
