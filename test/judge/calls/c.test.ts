/** Functions of C are called as their callers would call them: lists with their lengths, wherever the function wants them. */
import { type CallCase, testCalls } from './call-cases.ts'

const INCLUDES = '#include <stdbool.h>\n#include <stdlib.h>\n#include <string.h>\n#include <stdio.h>\n'

const PASSED: readonly CallCase[] = [
  ['add(1, 2) = 3', 'int add(int a, int b) { return a + b; }'],
  [
    'add(1, 2) = 3',
    'static inline long long add(const long long a, short b) { return a + b; }\nint main(void) { return 3; }',
  ],
  ['sum([1, 2, 3]) = 6', 'int sum(const int *v, int n) { int s = 0; while (n--) s += v[n]; return s; }'],
  [
    'sum([1, 2, 3], 3) = 6',
    'int sum(int v[], unsigned long n) { int s = 0; while (n--) s += v[n]; return s; }',
  ],
  [
    'sum([1, 2, 3]) = 6',
    `${INCLUDES}long sum(size_t n, int v[n]) { int s = 0; while (n--) s += v[n]; return s; }`,
  ],
  [
    'two_sum([2, 7], 9) = [0, 1]',
    `${INCLUDES}int* two_sum(int* nums, int numsSize, int target, int* returnSize) { int *r = malloc(8); r[0] = 0; r[1] = numsSize - 1; *returnSize = 2; return r; }`,
  ],
  [
    't([[1, 2], [3, 4]]) = [[1, 3], [2, 4]]',
    `${INCLUDES}int** t(int** g, int n, int* cols, int* rn, int** rc) { int m = cols[0]; int **r = malloc(m * 8); *rc = malloc(m * 4); for (int i = 0; i < m; i++) { (*rc)[i] = n; r[i] = malloc(n * 4); for (int j = 0; j < n; j++) r[i][j] = g[j][i]; } *rn = m; return r; }`,
  ],
  [
    't([[1, 2], [3]]) = [[3], [1, 2]]',
    `${INCLUDES}long long** t(long long** p, int* lens, int n, int** rl, int* rn) { long long **r = malloc(n * 8); *rl = malloc(n * 4); *rn = n; for (int i = 0; i < n; i++) { r[i] = p[n-1-i]; (*rl)[i] = lens[n-1-i]; } return r; }`,
  ],
  [
    's([[1, 2], [3, 4]]) = 10',
    'int s(int **g, int n, int m) { int t = 0; for (int i = 0; i < n; i++) for (int j = 0; j < m; j++) t += g[i][j]; return t; }',
  ],
  ['s([[1, 2], [3]], 5) = 7', 'int s(const int *const *g, int n, int k) { return n + k; }'],
  [
    's([[[1, 2], [3]], []]) = [2, 2, 0, 2, 1]',
    `${INCLUDES}int *s(int ***g, int n, int *a, int **b, int *rn) { int *r = malloc(20); *rn = 5; r[0] = n; r[1] = a[0]; r[2] = a[1]; r[3] = b[0][0]; r[4] = b[0][1]; return r; }`,
  ],
  [
    'f("abc") = "cba"',
    `${INCLUDES}char *f(char *s) { int n = strlen(s); char *r = calloc(n + 1, 1); for (int i = 0; i < n; i++) r[i] = s[n-1-i]; return r; }`,
  ],
  [
    'f(["a", "bc"]) = ["bc", "a"]',
    `${INCLUDES}char **f(const char **w, size_t n, size_t *rn) { char **r = malloc(n * 8); for (int i = 0; i < n; i++) r[i] = (char*)w[n-1-i]; *rn = n; return r; }`,
  ],
  [
    'f(["a", "b"], "x") = ["x", "b"]',
    `${INCLUDES}char *f(char *w, int n, char x, int *rn) { w[0] = x; *rn = n; return w; }`,
  ],
  ['f(["a", "b"], "x") = "xb"', `${INCLUDES}char *f(char *w, int n, char x) { w[0] = x; return w; }`],
  [
    'f([["a"], ["b", "c"]]) = [["c"]]',
    `${INCLUDES}char **f(char **b, int n, int *cols, int *rn, int **rc) { *rn = 1; *rc = malloc(4); **rc = 1; char **r = malloc(8); r[0] = &b[1][1]; return r; }`,
  ],
  [
    'f([["ab"], ["b", "c"]]) = "c"',
    `${INCLUDES}char *f(char ***b, int n, int *cols) { return b[1][cols[1] - 1]; }`,
  ],
  ['f([true, false]) = true', `${INCLUDES}bool f(bool *v, int n) { return v[0] && !v[1]; }`],
  ['f([1.5, 2]) = 3.5', `${INCLUDES}double f(double *v, int n) { return v[0] + v[1]; }`],
  ['f(0.1, 0.1) = 0.1', `${INCLUDES}float f(float v, double n) { return v; }`],
  [
    'f(3, 1e3) = [1003, 3]',
    `${INCLUDES}void f(int a, int b, int *sum, int *first) { *sum = a + b; *first = a; }`,
  ],
  ['f([3, 1]) = 4', `${INCLUDES}void f(int *v, int n, long *sum) { *sum = v[0] + v[1]; }`],
  ['f([3, 1]) = null', `${INCLUDES}void f(int *v, int n) { v[0] = n; }`],
  ['f(null, 5) = null', 'int *f(int *a, int *b) { return a; }'],
  ['f(null, 5) = 5', 'int *f(int *a, int *b) { return b; }'],
  ['f(null) = null', 'char *f(char *a) { return a; }'],
  ['f([]) = []', 'int *f(int *a, int n, int *rn) { *rn = 0; return 0; }'],
  [
    'f(5000000000, 255, -128) = -640000000000',
    'long f(unsigned long long a, unsigned char b, signed char c) { return (long)a * b / 255 * c; }',
  ],
  ['f(9007199254740991) = 9007199254740991', 'unsigned __int128 f(__int128 a) { return a; }'],
  ['f(-7) = -7', '__int128 f(short a) { return a; }'],
  [
    'read(1) = 2',
    'int write(int x) { return x; }\nint read(int a) { return write(a) + 1; }\nint strlen(char *s) { return 5; }\nvoid *realloc(int x) { return 0; }',
  ],
  [
    'f([[1, 2], [3, 4]]) = 10',
    '#include <stdio.h>\n#define int long long\n#define for(i, n) for (int i = 0; i < n; i++)\n#define if(x) if (!(x))\n#define value v\n#define struct union\n#define void int\nint f(int** v, int n, int m) { int sum = 0; for(i, n) for(j, m) sum += v[i][j]; return sum; }\nsigned main() { return 0; }',
  ],
  ['f(1, 2) = 3', 'long f(a, b) long b; int a; { return a + b; }'],
  ['f() = 7', 'int f(void) { return 7; }'],
  ['f() = 7', 'int f() { return 7; }'],
  ['f(1) = 2', 'typedef int number;\n#if 1\nnumber f(number f) { return f + 1; }\n#else\nint f() {}\n#endif'],
  [
    'f(1) = 2',
    '/* int f(int a) { } */ const char *s = "int f(int a) {";\nint f(int a) { return a + 1; }\n// end',
  ],
  ['f(1) = 2', `${INCLUDES}struct inc;\nvoid g(struct inc *p) {}\nint f(int a) { return a + 1; }`],
  [
    'f([3, 1, 2]) = [1, 2, 3]',
    `${INCLUDES}static int cmp(const void *a, const void *b) { return *(int*)a - *(int*)b; }\nint *f(int *v, int n, int *rn) { qsort(v, n, 4, cmp); *rn = n; return v; }`,
  ],
  ['f("é😀\\n\\"") = "é😀\\n\\""', 'char *f(char *s) { return s; }'],
]

const FAILED: readonly CallCase[] = [
  ['f(2.5) = 2', 'int f(int a) { return a; }'],
  ['f(300) = 2', 'int f(unsigned char a) { return a; }'],
  ['f(-1) = 2', 'int f(unsigned a) { return a; }'],
  ['f("3") = 2', 'int f(int a) { return a; }'],
  ['f(3) = 2', 'int f(char *a) { return 2; }'],
  ['f(null) = 2', 'int f(int a) { return 2; }'],
  ['f(1) = 2', 'int f(int a, int b) { return 2; }'],
  ['f(1) = 1', `${INCLUDES}int f(int a) { exit(0); }`],
  ['f(1) = 1', `${INCLUDES}int f(int a) { abort(); }`],
  ['f(1) = 1', `${INCLUDES}int f(int a) { return *(int*)0; }`],
  ['f(1) = 1', 'struct p { int x; }; struct p f(int a) { struct p q = {1}; return q; }'],
  ['f([1, 2, 3]) = 3', 'int f(int (*v)[3]) { return 3; }'],
  [
    'f(1) = 3',
    '#include <unistd.h>\n__attribute__((constructor)) static void early(void) { write(3, "3", 1); }\nint f(int a) { return 3; }',
  ],
  ['f(1) = 3', '#include <unistd.h>\nint f(int a) { write(3, "\\n3", 2); _exit(0); }'],
  ['f(1) = 3', '#include <unistd.h>\nint f(int a) { close(3); return 3; }'],
]

const REFUSED: readonly CallCase[] = [
  ['f(1) = 2', 'int g(int a, int b) { return 2; }'],
  ['abs(1) = 1', `${INCLUDES}int g(int a) { return abs(a); }`],
]

const WRONG: readonly CallCase[] = [
  ['f(1) = 1', `${INCLUDES}bool f(int n) { return 1; }`],
  ['f(1) = null', 'double f(int a) { return 0.0 / (a - 1); }'],
  ['f(1) = "�"', 'char *f(int a) { return "\\xff"; }'],
  ['f([5, 3]) = [5, 3]', `${INCLUDES}int *f(int *v, int n, int *rn) { *rn = -1; return v; }`],
]

testCalls('c', {
  passed: PASSED,
  'runtime-error': FAILED,
  'compile-error': REFUSED,
  'wrong-answer': WRONG,
})
