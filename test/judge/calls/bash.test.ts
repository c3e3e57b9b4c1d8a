/** Functions of Bash take texts and print texts, in a shell that is never told the nonce. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Judge } from '../../../src/judge/judge.ts'
import { BASH_CALL_FORM } from '../../../src/judge/languages/bash-call.ts'
import { declarationOf } from '../../../src/problems/declaration.ts'
import { openTestJudge } from '../open-test-judge.ts'
import { asCall, asCalls, calls } from '../suites.ts'

let judge: Judge
let close: () => Promise<void>
beforeAll(async () => {
  ;({ judge, close } = await openTestJudge())
})
afterAll(() => close())

const check = (call: string, code: string) => judge.judge({ language: 'bash', code }, asCall(call))

type Case = readonly [what: string, call: string, code: string]

describe('Bash', () => {
  test.each<Case>([
    ['scalars', 'f(1, 2.50, "a  b", true) = "1|2.5|a  b|true"', 'f() { echo "$1|$2|$3|$4"; }'],
    ['a whole float', 'f(3.0) = "3.0"', 'f() { echo $1; }'],
    ['a list', 'f([3, 1, 2]) = [1, 2, 3]', 'f() { tr " " "\\n" <<<"$1" | sort -n | tr "\\n" " "; }'],
    ['a list, a line each', 'f([3, 1, 2]) = [1, 2, 3]', 'f() { printf "%s\\n" $1 | sort -n; }'],
    ['an empty list', 'f([], [1]) = []', 'f() { echo $1; }'],
    ['lists of lists', 'f([[1, 2], [], [3]]) = [[3], [], [1, 2]]', 'f() { tac <<<"$1"; }'],
    ['a number as bc writes it', 'f(1, 4) = 0.25', 'f() { printf ".%s" 25; }'],
    ['a whole number as a float', 'f(2) = 4', 'f() { echo 4.00; }'],
    ['a flag', 'f(3) = false', 'f() { (( $1 % 2 == 0 )) && echo true || echo false; }'],
    ['null', 'f(null, 1) = [null, 1]', 'f() { echo "$1 $2"; }'],
    ['a tuple', 'f([1, "a"]) = ["a", 1]', 'f() { set -- $1; echo $2 $1; }'],
    ['a tuple with a list, the last part empty', 'f([1, 2]) = [[1, 2], ""]', 'f() { echo "$1"; echo; }'],
    [
      'a map',
      'f({"a b": 1, "c": 2}) = {"2": "c", "1": "a b"}',
      'f() { while IFS=, read -r key value; do echo "$value,$key"; done <<<"$1"; }',
    ],
    ['a text that ends in spaces', 'f("a ") = " a "', 'f() { echo " $1"; }'],
    ['nothing', 'f("") = ""', 'f() { echo -n "$1"; }'],
    ['a status that is returned', 'f(1) = 2', 'f() { echo $(($1 + 1)); return 3; }'],
    ['an end with status 0', 'f(1) = 2', 'f() { echo 2; exit 0; }'],
    ['strictness', 'f(1) = 2', 'set -euo pipefail\nf() { local n=$1; echo $((n + 1)); }'],
    ['a strict answer whose last command fails', 'f(1) = 2', 'set -e\nf() { echo 2; [[ $1 == 2 ]]; }'],
    [
      'arrays and other functions',
      'f("b") = 2',
      `declare -A at=([a]=1 [b]=2)\ng() { echo \${at[$1]}; }\nfunction f { g "$1"; }`,
    ],
    ['what is printed outside', 'f(1) = 1', 'echo noise\nf() { echo $1; }\nf 5\n'],
    [
      'a main that is not run',
      'f(1) = 1',
      `f() { echo $1; }\nif [[ \${BASH_SOURCE[0]} == "$0" ]]; then exit 3; fi`,
    ],
    ['no arguments outside', 'f(1) = 1', 'count=$#\nf() { echo $((count + $1)); }'],
    ['a name that Bash has, too', 'test(1) = 2', 'test() { echo 2; }'],
    [
      'commands of its own',
      'f(1) = 1',
      'echo() { builtin echo 7; }\nprintf() { :; }\nexit() { :; }\nf() { builtin echo $1; }',
    ],
    ['a trap', 'f(1) = 1', 'trap "echo bye" EXIT\nf() { echo $1; }'],
    ['another output', 'f(1) = 1', 'exec >/dev/null\nf() { echo $1; }'],
    [
      'a line that is longer than an argument of a program',
      `f("${'x'.repeat(200_000)}") = 200000`,
      `f() { echo \${#1}; }`,
    ],
  ])('passes %s: %s', async (_what, call, code) => {
    expect(await check(call, code)).toEqual({ kind: 'passed' })
  })

  test.each<Case>([
    ['a word for a number', 'f(1) = 1', 'f() { echo one; }'],
    ['two numbers for one', 'f(1) = 1', 'f() { echo 1 1; }'],
    ['a number for a flag', 'f(1) = true', 'f() { echo 1; }'],
    ['nothing for a number', 'f(1) = 1', 'f() { return 0; }'],
    ['brackets around a list', 'f(1) = [1, 2]', 'f() { echo "[1, 2]"; }'],
    ['a list of another length for a tuple', 'f(1) = ["a", 1]', 'f() { echo a 1 2; }'],
    ['keys that are one', 'f(1) = {"a": 1}', 'f() { echo a,2; echo a,1; }'],
    ['a number beyond all', 'f(1) = 1', 'f() { echo 1e999; }'],
    ['a byte that is no UTF-8', 'f(1) = "\ufffd"', "f() { printf '\\xff'; }"],
    ['what is said to another output', 'f(1) = 1', 'f() { echo $1 >&2; }'],
    ['what was printed before', 'f(1) = 1', 'echo 1\nf() { :; }'],
  ])('%s is a wrong answer: %s', async (_what, call, code) => {
    expect((await check(call, code)).kind).toBe('wrong-answer')
  })

  test.each<Case>([
    ['no function of that name', 'f(1) = 1', 'g() { echo 1; }'],
    ['what the language has under this name', 'echo("a") = "a"', 'g() { echo 1; }'],
    ['an end before the call', 'f("") = ""', 'f() { echo; }\nexit 0'],
    ['an end with another status', 'f(1) = 1', 'f() { echo 1; exit 1; }'],
    ['a shell that recursion kills', 'f("") = ""', 'f() { f; }'],
    ['a program that is no Bash', 'f(1) = 1', 'f( { echo 1'],
    ['a variable that is missing', 'f("") = ""', 'set -u\nf() { echo "$nothing"; }'],
  ])('%s is a runtime error: %s', async (_what, call, code) => {
    expect((await check(call, code)).kind).toBe('runtime-error')
  })

  test('the nonce is nowhere in the answer\u2019s shell', async () => {
    const code =
      'f() { { env; set; cat /proc/$$/environ /proc/$$/cmdline /proc/$PPID/cmdline /proc/$PPID/fd/4; } | tr "\\0" "\\n" | grep -cE "[0-9a-f]{32}"; }'
    expect(await check('f(1) = 0', code)).toEqual({ kind: 'passed' })
  })

  test.each([
    'f(["a b"]) = 1',
    'f([[1], [[2]]]) = 1',
    'f([[]]) = 1',
    'f([""]) = 1',
    'f([1, "a b"]) = 1',
    'f({"a,b": 1}) = 1',
    'f(["None"], null) = ["a", null, "None"]',
    'f(1) = "a\\n"',
    'f("\\u0000") = 1',
    'f([{"a": 1}]) = 1',
    'f([1, "a", true, [{}]]) = 1',
    'f(1) = [[1], []]',
  ])('what has no form in Bash is unjudged, and not declared: %s', async (call) => {
    expect(await check(call, 'f() { echo 1; }')).toMatchObject({
      kind: 'unjudged',
      reason: expect.stringContaining('no form'),
    })
    expect(declarationOf(asCall(call), 'bash')).toBeUndefined()
  })

  test('what a caller passes and gets is declared', () => {
    expect(
      declarationOf(asCall('f([1], [[1.5]], [["a", 1]], {"a": null, "b": 1}) = [1, null]'), 'bash'),
    ).toBe(
      [
        '# $1: whole numbers, separated by spaces',
        '# $2: lines of numbers, separated by spaces',
        '# $3: lines of text and a whole number, separated by a space',
        '# $4: lines of a key (text), a comma and a value (a whole number or None)',
        '# prints whole numbers or None, separated by spaces',
        'f()',
      ].join('\n'),
    )
  })

  test('of the tests together it depends whether they have a form', () => {
    const { tests } = asCalls('f([1]) = 1', 'f(["a b"]) = 1')
    expect(BASH_CALL_FORM.flawOf(tests.filter((each) => each.kind === 'call'))).toContain('test 0')
    expect(
      BASH_CALL_FORM.flawOf(calls('f', [[[[]], 1]]).tests.filter((each) => each.kind === 'call')),
    ).toBeUndefined()
  })
})
