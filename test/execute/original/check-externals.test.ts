import { describe, expect, it } from 'vitest'
import { emitArguments } from '../../../src/compile/code.ts'
import { findImpurity } from '../../../src/execute/original/check-externals.ts'
import { runClang } from '../../../src/toolchain/run-clang.ts'
import { cCode } from '../../fixtures/c-code.ts'

async function impurityOf(code: string) {
  const emitted = await runClang('clang-19', emitArguments(cCode(code), 'O0'), code)
  if (emitted.kind !== 'ok') throw new Error(JSON.stringify(emitted))
  return findImpurity(emitted.stdout)
}

describe('findImpurity', () => {
  it('accepts what computes outputs from inputs', async () => {
    const code = `#include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      #include <ctype.h>
      #include <math.h>
      #include <assert.h>
      _Alignas(32) char wide[4];
      static int compare(const void *a, const void *b) { return *(int *)a - *(int *)b; }
      int read(void) { return getchar(); }
      int main(void) { int a[3]; char s[9]; scanf("%d%s", a, s); qsort(a, 3, 4, compare); assert(isdigit(*s));
        printf("%f %lu %d call void asm sideeffect\\n", sqrt(a[0]) + floorf(1.5f), strlen(s), read()); free(malloc(3)); exit(abs(a[1])); }`
    expect(await impurityOf(code)).toBeUndefined()
  })

  it.each([
    [
      'time',
      '#include <time.h>\nint main(void) { return time(0); }',
      { reason: 'nondeterministic', detail: 'calls time' },
    ],
    [
      'rand',
      '#include <stdlib.h>\nint main(void) { return rand(); }',
      { reason: 'nondeterministic', detail: 'calls rand' },
    ],
    [
      'system',
      '#include <stdlib.h>\nint main(void) { return system("x"); }',
      { reason: 'forbidden', detail: 'needs system, which is not a pure C library function' },
    ],
    [
      'fopen',
      '#include <stdio.h>\nint main(void) { return !fopen("x", "w"); }',
      { reason: 'forbidden', detail: 'needs fopen, which is not a pure C library function' },
    ],
    ['inline assembly', 'int main(void) { __asm__ volatile("nop"); }', { reason: 'inline-asm' }],
    ['file-scope assembly', '__asm__(".globl x"); int main(void) { return 0; }', { reason: 'inline-asm' }],
    [
      'a constructor',
      '__attribute__((constructor)) void f(void) {} int main(void) { return 0; }',
      { reason: 'forbidden' },
    ],
    [
      'what ASan does not guard',
      '_Alignas(64) int a[4]; int main(void) { return a[0]; }',
      { reason: 'forbidden', detail: 'aligns a so that ASan does not guard it' },
    ],
    [
      'an alias',
      'int f(void) { return 1; } int g(void) __attribute__((alias("f"))); int main(void) { return g(); }',
      { reason: 'forbidden' },
    ],
    [
      'a malloc of its own',
      '#include <stddef.h>\nvoid *malloc(size_t n) { return 0; } int main(void) { return 0; }',
      { reason: 'forbidden', detail: 'redefines malloc' },
    ],
    [
      'sanitizer options of its own',
      'const char *__asan_default_options(void) { return "exitcode=0"; } int main(void) { return 0; }',
      { reason: 'forbidden', detail: 'redefines __asan_default_options' },
    ],
    [
      'a weak definition',
      '__attribute__((weak)) int f(void) { return 1; } int main(void) { return f(); }',
      { reason: 'forbidden' },
    ],
    [
      'a function by another name',
      'int run(const char *) __asm__("system"); int main(void) { return run("x"); }',
      { reason: 'forbidden', detail: 'needs system, which is not a pure C library function' },
    ],
    [
      'an entry in a table of constructors',
      'static void f(void) {} __attribute__((section(".init_array"))) void (*entry)(void) = f; int main(void) { return 0; }',
      { reason: 'forbidden', detail: 'puts entry into a section of its own' },
    ],
    [
      'writing to a descriptor that it was not given',
      '#include <unistd.h>\nint main(int c, char **v) { return write(c + 2, "x", 1); }',
      { reason: 'forbidden', detail: 'write on a descriptor that is not 0, 1 or 2' },
    ],
    [
      'a printf of its own',
      'int printf(const char *f, ...) { return 0; } int main(void) { return printf("x"); }',
      { reason: 'forbidden', detail: 'redefines printf' },
    ],
    [
      'what is forbidden before what is not repeatable',
      '#include <time.h>\n#include <stdlib.h>\nint main(void) { return time(0) + system("x"); }',
      { reason: 'forbidden' },
    ],
    [
      'its return address',
      'int main(void) { return (long)__builtin_return_address(0); }',
      { reason: 'nondeterministic' },
    ],
  ])('names %s', async (_, code, expected) => {
    expect(await impurityOf(code)).toMatchObject(expected)
  })
})
