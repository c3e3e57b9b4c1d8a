import { execa } from 'execa'
import { expect, it } from 'vitest'
import { BUILD_FLAGS, combinedFlags } from '../../src/execute/harness/harness-objects.ts'
import { locateTools } from '../../src/toolchain/locate-tools.ts'

const { clang } = locateTools()
const SETTINGS = ['-S', '-emit-llvm', '-Wno-override-module', '-o', '-', '-']

async function compile(language: 'c' | 'ir', text: string, flags: readonly string[]): Promise<string> {
  const { stdout } = await execa(clang, [...flags, '-x', language, ...SETTINGS], { input: text })
  return stdout
}

it('a unit that owns a variable of that name is counted as ever', async () => {
  const code = `int gepo_selected_mutant = 2;
int f(int a) { return gepo_selected_mutant == 1 ? a + 1 : a - 1; }
int main(void) { if (gepo_selected_mutant != 3) return f(4); return 0; }
`
  const counted = await compile('c', code, BUILD_FLAGS.cover)
  expect(counted).toContain('@__sanitizer_cov_trace_pc_guard(')
  expect(await compile('c', code, [...BUILD_FLAGS.cover, ...combinedFlags('cover')])).toBe(counted)
})

it('choices that lead back to one another have no end, and are counted', async () => {
  const choice = (name: string, number: number, next: string) => `${name}:
  %n${number} = load i32, ptr @gepo_selected_mutant
  %c${number} = icmp eq i32 %n${number}, ${number}
  br i1 %c${number}, label %${next}, label %out
`
  const text = `target triple = "x86_64-pc-linux-gnu"
@gepo_selected_mutant = external global i32
define void @f() {
entry:
  br label %one
${choice('one', 1, 'two')}
${choice('two', 2, 'one')}
out:
  ret void
}
`
  const counted = await compile('ir', text, [...BUILD_FLAGS.cover, ...combinedFlags('cover')])
  expect(counted).toContain('call void @__sanitizer_cov_trace_pc_guard(')
})
