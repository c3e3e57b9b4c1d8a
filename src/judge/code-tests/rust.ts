/**
 * A test in Rust: with a `main` of its own, or with functions that are marked as tests. All is one crate, whose `main` is
 * ours; the macros that the test asserts by are the library's, or ours.
 */
import { randomBytes } from 'node:crypto'
import type { CodeTest } from '../../records/suite.ts'
import { compile } from '../languages/build-steps.ts'
import type { Built, CodeTestJob } from '../languages/language-definition.ts'
import { nativeStackBytes } from '../languages/native-stack.ts'
import { blankTexts, withoutStrayBraces } from './blank-texts.ts'

/** What would run before `main` does, or under it. */
const BELOW = /\b(?:link_section|no_mangle|export_name|asm|global_asm|naked)\b/

/** What would make `::std` the answer's. */
const LIBRARY_NAMED = /\bextern\s+crate\s+(?:self\b|\w+\s+as\s+(?:std|core|alloc)\b)/

export function buildRustCodeTest(
  job: CodeTestJob,
  test: CodeTest,
  compiler: readonly string[],
): Promise<Built> | Built {
  const put = rustSource(job.code, test.code)
  if ('problem' in put) return { kind: 'compile-error', message: put.problem }
  return compile(
    job,
    [{ path: 'answer.rs', content: put.source }],
    [
      [...compiler, 'answer.rs'],
      ['/usr/bin/rm', 'answer.rs'],
    ],
    { command: ['/box/answer'], stackBytes: nativeStackBytes(job.limits) },
  )
}

function rustSource(
  answer: string,
  test: string,
): { readonly source: string } | { readonly problem: string } {
  const bare = blankTexts(answer, 'rust')
  const below = BELOW.exec(bare) ?? LIBRARY_NAMED.exec(bare)
  if (below !== null) return { problem: `an answer may not say ${below[0]}` }
  const key = randomBytes(8).toString('hex')
  const own = replaceBare(answer, /\bfn\s+(main)\s*\(/, `main_${key}`)
  const text = withAssertions(withoutStrayBraces(test, 'rust'), key)
  const marked = runMarked(replaceBare(text, /\bfn\s+(main)\s*\(/, `gepo_main_${key}`), key)
  const calls = marked.calls.length > 0 ? marked.calls : [`gepo_main_${key}`]
  // Attributes of the whole crate stand first.
  const [, inner, rest] = /^((?:\s*(?:#!\[[^\n]*\]|\/\/[^\n]*)\n)*)([\s\S]*)$/.exec(own)!
  return { source: [inner, rest, marked.text, driver(key, calls)].join('\n') }
}

/** Macros are the last ones of their name, so the answer's would come before the library's. */
function withAssertions(test: string, key: string): string {
  const compared = comparing(test, key)
  const equal = replaceBare(compared, /(?<![\w:])(assert_eq)\s*!/, `crate::gepo_eq_${key}`)
  return replaceBare(
    equal,
    /(?<![\w:])((?:debug_)?assert(?:_ne)?|panic|vec|format|matches|unreachable)\s*!/,
    (name) => `::std::${name}`,
  )
}

/** `assert!(a == b)` as `assert_eq!` compares. */
function comparing(test: string, key: string): string {
  const bare = blankTexts(test, 'rust')
  return [...bare.matchAll(/(?<![\w:])assert\s*!\s*\(/g)].reduceRight((text, { index, 0: opening }) => {
    const from = index + opening.length
    const { operands, end } = readEquation(bare, from)
    return operands === undefined
      ? text
      : `${text.slice(0, index)}crate::gepo_same_${key}!(${text.slice(from, operands)},${text.slice(operands + 2, end)}${text.slice(end)}`
  }, test)
}

/** Where the one `==` of a condition stands, if that is all there is but calls, and where the condition ends. */
function readEquation(bare: string, from: number): { readonly operands?: number; readonly end: number } {
  let depth = 0
  let at = from
  const found: number[] = []
  for (; at < bare.length; at++) {
    const char = bare[at]!
    if (depth === 0 && (char === ',' || char === ')')) break
    depth += '([{'.includes(char) ? 1 : ')]}'.includes(char) ? -1 : 0
    if (depth > 0) continue
    if (bare.startsWith('==', at)) found.push(at++)
    else if (/^(?:&&|\|\||!=|<=|>=)/.test(bare.slice(at, at + 2))) return { end: at }
  }
  return found.length === 1 ? { operands: found[0]!, end: at } : { end: at }
}

function replaceBare(code: string, pattern: RegExp, by: string | ((found: string) => string)): string {
  const found = [...blankTexts(code, 'rust').matchAll(new RegExp(pattern, 'dg'))]
  return found.reduceRight((text, { 1: name, indices }) => {
    const [from, to] = indices![1]!
    return text.slice(0, from) + (typeof by === 'string' ? by : by(name!)) + text.slice(to)
  }, code)
}

/** Functions that are marked as tests are called by one beside them, as nobody else may. */
function runMarked(test: string, key: string): { readonly text: string; readonly calls: readonly string[] } {
  const open = replaceBare(test, /(#\s*\[\s*cfg\s*\(\s*test\s*\)\s*\])/, '')
  const bare = blankTexts(open, 'rust')
  const marks = [...bare.matchAll(/#\s*\[\s*test\s*\]\s*(?:#\s*\[[^\]]*\]\s*)*(?:pub\s+)?fn\s+(\w+)/g)]
  const names = marks.map(([, name]) => name!)
  if (names.length === 0) return { text: open, calls: [] }
  const runner = `gepo_run_${key}`
  const calls = `pub fn ${runner}() { ${names.map((name) => `${name}();`).join(' ')} }`
  const unmarked = replaceBare(open, /(#\s*\[\s*test\s*\])/, '')
  const within = blankTexts(unmarked, 'rust')
  const module = /\bmod\s+(\w+)\s*\{/.exec(within)
  if (module === null) return { text: `${unmarked}\n${calls}`, calls: [runner] }
  const at = module.index + module[0].length
  return {
    text: `${unmarked.slice(0, at)}\n${calls}\n${unmarked.slice(at)}`,
    calls: [`${module[1]}::${runner}`],
  }
}

const driver = (key: string, calls: readonly string[]) => `
#[macro_export]
macro_rules! gepo_eq_${key} {
    ($left:expr, $right:expr $(,)?) => { $crate::gepo_eq_${key}!($left, $right, "") };
    ($left:expr, $right:expr, $($message:tt)+) => {
        match (&$left, &$right) {
            (left, right) => {
                $crate::gepo_driver_${key}::same_kind(left, right);
                if !(*left == *right) {
                    ::std::panic!("not equal: {:?} and {:?} {}", left, right, ::std::format!($($message)+));
                }
            }
        }
    };
}

#[macro_export]
macro_rules! gepo_same_${key} {
    ($left:expr, $right:expr $(,)?) => { $crate::gepo_same_${key}!($left, $right, "not equal") };
    ($left:expr, $right:expr, $($message:tt)+) => {
        match (&$left, &$right) {
            (left, right) => {
                $crate::gepo_driver_${key}::same_kind(left, right);
                if !(*left == *right) { ::std::panic!($($message)+); }
            }
        }
    };
}

mod gepo_driver_${key} {
    use ::std::io::{Read, Write};

    /** A type of the answer's is not compared with one of the library's: it would say itself what it is equal to. */
    pub fn same_kind<Left: ?::std::marker::Sized, Right: ?::std::marker::Sized>(_: &Left, _: &Right) {
        let own = |name: &str| name.contains("answer::");
        if own(::std::any::type_name::<Left>()) != own(::std::any::type_name::<Right>()) {
            ::std::panic!("what is compared has an equality of its own");
        }
    }

    pub trait End {
        fn is_well(self) -> bool;
    }

    impl End for () {
        fn is_well(self) -> bool { true }
    }

    impl<Value, Error> End for ::std::result::Result<Value, Error> {
        fn is_well(self) -> bool { self.is_ok() }
    }

    fn mask(word: &mut [u8; 32]) {
        for (index, byte) in word.iter_mut().enumerate() { *byte ^= (0xa5 + 3 * index) as u8; }
    }

    pub fn run(test: fn() -> bool) {
        let mut word = [0u8; 32];
        ::std::fs::File::open("/proc/self/fd/4").unwrap().read_exact(&mut word).unwrap();
        mask(&mut word);
        if !test() { ::std::process::exit(1); }
        mask(&mut word);
        ::std::fs::OpenOptions::new().write(true).open("/proc/self/fd/3").unwrap().write_all(&word).unwrap();
        ::std::process::exit(0);
    }
}

fn main() {
    gepo_driver_${key}::run(|| { ${calls.map((call) => `gepo_driver_${key}::End::is_well(${call}())`).join(' && ')} });
}
`
