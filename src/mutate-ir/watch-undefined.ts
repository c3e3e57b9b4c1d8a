/**
 * Normalised IR in, IR that behaves the same and says so when it is about to have undefined behaviour out: what
 * `-fsanitize` does for C, for a module that comes from no C.
 *
 * - `asan` and `msan`: clang instruments IR too (`-x ir -fsanitize=...`), but only functions with the attribute, which
 *   the normalised text lacks. MSan looks at a returned value only where it is `noundef`, as clang marks it for C.
 * - `asan` also: a check before every instruction that makes poison by a flag (`nsw`, `nuw`, `exact`, `disjoint`,
 *   `nneg`), by an operand (shifts, divisions, conversions of floats), by a misaligned address, and at `unreachable`.
 *   It reports by UBSan's own runtime, which is a part of that build.
 *
 * Stricter than LLVM in one respect: poison is reported where it is made, used or not. Not seen: an address outside
 * its object that is only computed (`inbounds`), two overlapping objects of `noalias`, and attributes that a function
 * breaks (`readonly`, `range`, ...). Within one object every access is fine, as it is for LLVM.
 */
import type { IrModule } from './ir-module.ts'
import { type CheckBlock, poisonChecks } from './poison-checks.ts'
import { readIr } from './read-ir.ts'

const ATTRIBUTES = { asan: 'sanitize_address', msan: 'sanitize_memory' } as const

/**
 * To be compiled with the flags of the build of that name (BUILD_FLAGS).
 *
 * @returns undefined where a part of the module cannot be read, so that nothing is known about it
 */
export function watchUndefined(ir: string, build: 'asan' | 'msan'): string | undefined {
  const module = readIr(ir)
  const defined = module.lines.filter((line) => line.startsWith('define '))
  if (module.functions.length < defined.length) return undefined
  const lines = build === 'asan' ? withChecks(module) : module.lines
  return lines
    .map((line) => (line.startsWith('define ') ? watchedHeader(line, ATTRIBUTES[build]) : line))
    .concat(build === 'asan' ? [CHECK_FUNCTION] : [])
    .join('\n')
}

const NAME_AND_PARAMETERS = / @(?:"[^"]*"|[-$._\w]+)\(/

/** `define i32 @f() {` to `define noundef i32 @f() sanitize_memory {`. */
function watchedHeader(header: string, attribute: string): string {
  const at = header.search(NAME_AND_PARAMETERS)
  const [head, tail] = [header.slice(0, at), header.slice(at).replace(/ \{$/, ` ${attribute} {`)]
  if (/\bnoundef\b| void$/.test(head)) return head + tail
  const type = head.endsWith('}') ? head.indexOf('{') : head.lastIndexOf(' ') + 1
  return `${head.slice(0, type)}noundef ${head.slice(type)}${tail}`
}

function withChecks({ lines, functions }: IrModule): string[] {
  const checked = [...lines]
  const declarations = new Set<string>()
  let names = 0
  for (const instruction of functions.flatMap(({ blocks }) =>
    blocks.flatMap((block) => block.instructions),
  )) {
    const checks: CheckBlock = poisonChecks(instruction, () => `%check.${names++}`)
    for (const declaration of checks.declarations) declarations.add(declaration)
    const conditions = checks.conditions.map(
      (condition) => `  call void @check.undefined(i1 ${condition}, i32 ${instruction.line + 1})`,
    )
    if (conditions.length === 0) continue
    checked[instruction.line] = [...checks.lines, ...conditions, lines[instruction.line]].join('\n')
  }
  const known = new Set(lines.map(declaredName))
  return [...checked, ...[...declarations].filter((declaration) => !known.has(declaredName(declaration)))]
}

const declaredName = (line: string) => /^declare .*?(@[\w.]+)\(/.exec(line)?.[1]

/** UBSan is told the line of the module, in what it takes for a place in a source. */
const CHECK_FUNCTION = `
define internal void @check.undefined(i1 %is.undefined, i32 %line) {
entry:
  br i1 %is.undefined, label %report, label %done
report:
  %place = alloca { ptr, i32, i32 }, align 8
  store ptr @check.module, ptr %place, align 8
  %place.line = getelementptr inbounds i8, ptr %place, i64 8
  store i32 %line, ptr %place.line, align 8
  %place.column = getelementptr inbounds i8, ptr %place, i64 12
  store i32 0, ptr %place.column, align 4
  call void @__ubsan_handle_builtin_unreachable(ptr %place)
  unreachable
done:
  ret void
}
@check.module = private constant [3 x i8] c"ir\\00"
declare void @__ubsan_handle_builtin_unreachable(ptr)
`
