import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { emitArguments } from '../../src/compile/code.ts'
import { normalizeIr } from '../../src/compile/normalize-ir.ts'
import { LEVELS } from '../../src/records/level.ts'
import { runClang } from '../../src/toolchain/run-clang.ts'
import { cCode } from '../fixtures/c-code.ts'

const PROGRAM = `
#include <stdio.h>
#include <string.h>
static int counts[26];
const char *names[] = {"a;b", "x\\"y ; !tbaa !5 #0", ""};
void copy(int *restrict to, const int *restrict from, int n) { for (int i = 0; i < n; i++) to[i] = from[i] * 3; }
int main(void) {
  char line[100];
  int a[4] = {1, 2, 3, 4}, b[4];
  while (fgets(line, sizeof line, stdin)) for (char *p = line; *p; p++) if (*p >= 'a' && *p <= 'z') counts[*p - 'a']++;
  copy(b, a, 4);
  for (int i = 0; i < 26; i++) switch (counts[i]) { case 0: break; case 1: puts(names[0]); break; case 2: puts(names[1]); break; default: printf("%d %d\\n", i, b[i & 3]); }
  return (int)strlen(names[2]);
}`

describe('normalizeIr', () => {
  it('drops comments, metadata, attribute groups and target lines, and blank lines inside functions', () => {
    const clang = `; ModuleID = '-'
source_filename = "-"
target datalayout = "e-m:e"
target triple = "x86_64-pc-linux-gnu"

@s = private constant [5 x i8] c"a;b\\22\\00", align 1

; Function Attrs: nounwind
define dso_local i32 @f(i32 noundef %a) local_unnamed_addr #0 {
entry:
  %0 = load i32, ptr @g, align 4, !tbaa !5
  br label %loop

loop:                                             ; preds = %loop, %entry
  %call = call i32 @h(i32 %0) #2, !srcloc !3
  br label %loop, !llvm.loop !9
}

declare i32 @h(i32) #1

attributes #0 = { nounwind }

!llvm.module.flags = !{!0}
!0 = !{i32 1, !"wchar_size", i32 4}
`
    expect(normalizeIr(clang)).toBe(`@s = private constant [5 x i8] c"a;b\\22\\00", align 1

define dso_local i32 @f(i32 noundef %a) local_unnamed_addr {
entry:
  %0 = load i32, ptr @g, align 4
  br label %loop
loop:
  %call = call i32 @h(i32 %0)
  br label %loop
}

declare i32 @h(i32)
`)
  })

  it('leaves what looks like a comment or metadata inside strings', () => {
    const line = '@s = private constant [9 x i8] c"; !a !1 #0", align 1\n'
    expect(normalizeIr(line)).toBe(line)
  })

  it('says so when an instruction needs metadata that it would lose', () => {
    expect(() => normalizeIr('  call void @f(metadata !5)\n')).toThrow('metadata operand')
  })

  it.each(LEVELS)('gives a complete module at %s that llvm-as accepts', async (level) => {
    const emitted = await runClang('clang-19', emitArguments(cCode(PROGRAM), level), PROGRAM)
    if (emitted.kind !== 'ok') throw new Error(JSON.stringify(emitted))
    const text = normalizeIr(emitted.stdout)
    expect(text).toContain('x\\22y ; !tbaa !5 #0')
    expect(text.replaceAll(/"[^"]*"/g, '')).not.toMatch(/!\d|#\d|;|attributes|target/)
    const assembled = await execa('llvm-as-19', ['--disable-output', '-'], { input: text, reject: false })
    expect(assembled.stderr).toBe('')
    expect(assembled.exitCode).toBe(0)
    expect(normalizeIr(text)).toBe(text)
  })
})
