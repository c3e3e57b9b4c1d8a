/** Functions of Rust are called with the types that they declare, in a crate that is compiled as it stands. */
import { type CallCase, testCalls } from './call-cases.ts'

const PASSED: readonly CallCase[] = [
  ['add(1, 2) = 3', 'fn add(a: i32, b: i32) -> i32 { a + b }'],
  [
    'add(1, 2) = 3',
    '#![allow(dead_code)]\nuse std::collections::*;\npub fn add(a: i64, b: u8) -> i64 { println!("x"); crate::plus(a, b) }\nfn plus(a: i64, b: u8) -> i64 { a + b as i64 }\nfn main() { std::process::exit(3) }',
  ],
  ['f([[1, 2], [3]]) = 6', 'fn f(a: Vec<Vec<i32>>) -> i32 { a.iter().flatten().sum() }'],
  [
    'f([1, 2, 3], "abc") = [[3, 2, 1], "cba"]',
    'fn f(a: &[i32], s: &str) -> (Vec<i32>, String) { (a.iter().rev().cloned().collect(), s.chars().rev().collect()) }',
  ],
  ['f([1, 2, 3], "abc") = "bc"', "fn f<'a>(a: &mut Vec<i32>, s: &'a str) -> &'a str { a.push(1); &s[1..] }"],
  ['f(["a", "bc"]) = "bc"', 'fn f(a: Vec<&str>) -> &str { a[1] }'],
  ['f(3.5) = 0.5', 'fn f(a: &f32) -> f32 { a % 1.0 }'],
  [
    'f({"a": 1}) = {"1": "a"}',
    'use std::collections::HashMap;\nfn f(a: HashMap<String, i32>) -> HashMap<i32, String> { a.into_iter().map(|(a, b)| (b, a)).collect() }',
  ],
  [
    'f("aab") = {"a": 2, "b": 1}',
    'use std::collections::*;\nfn f(a: String) -> BTreeMap<char, usize> { let mut m = BTreeMap::new(); for c in a.chars() { *m.entry(c).or_insert(0) += 1; } m }',
  ],
  [
    'f(null, [1, null]) = [null, 2]',
    'fn f(a: Option<i32>, b: Vec<Option<i64>>) -> Vec<Option<usize>> { vec![a.map(|x| x as usize), Some(b.len())] }',
  ],
  [
    'f([1, "a", [true]]) = [[true], "a", 1]',
    'fn f(p: (i32, String, (bool,))) -> ((bool,), String, i32) { (p.2, p.1, p.0) }',
  ],
  [
    'f([1, 2], [[1, 2], [3, 4]]) = [[4, 3], [2, 1]]',
    'fn f(p: [i32; 2], q: [[u8; 2]; 2]) -> [[u8; 2]; 2] { [[q[1][1], q[1][0]], [q[0][1], q[0][0]]] }',
  ],
  [
    'two_sum([2, 7], 9) = [0, 1]',
    'impl Solution { pub fn two_sum(nums: Vec<i32>, target: i32) -> Vec<i32> { vec![0, 1] } }',
  ],
  [
    'f(1) = 2',
    'struct Solution;\nimpl Solution { fn f(&self, a: i32) -> i32 { self.g(a) } fn g(&self, a: i32) -> i32 { a + 1 } }\nfn main() {}',
  ],
  [
    'f(1) = 2',
    '#[derive(Default)]\nstruct Solution { n: i32 }\nimpl Solution { fn f(&mut self, a: i32) -> i32 { self.n += 1; a + self.n } }',
  ],
  ['f([3, 9]) = 9', 'fn f<T: Ord + Copy>(a: Vec<T>) -> T { *a.iter().max().unwrap() }'],
  [
    'f([3, 9.5]) = 9.5',
    'fn f<T: PartialOrd + Copy>(a: &[T]) -> T { let mut m = a[0]; for &x in a { if x > m { m = x } } m }',
  ],
  [
    'f({"a": 1}) = ["a"]',
    'fn f<K: Eq + std::hash::Hash, V>(a: std::collections::HashMap<K, V>) -> Vec<K> { a.into_iter().map(|e| e.0).collect() }',
  ],
  ['max(3, 4) = 4', 'use std::cmp::*;\nfn max(a: i32, b: i32) -> i32 { if a > b { a } else { b } }'],
  ['f(1) = 2', 'mod own { pub fn f(a: i32) -> i32 { a + 1 } }\nuse own::f;'],
  [
    'f(1) = 2',
    'macro_rules! vec { () => { compile_error!() } }\nmacro_rules! format { () => {} }\nfn f(a: i32) -> i32 { a + 1 }',
  ],
  ['f(1) = 2', 'const f: fn(i32) -> i32 = |a| a + 1;'],
  ['f(2.0, 1e3) = 1002', 'fn f(a: i32, b: u16) -> u64 { a as u64 + b as u64 }'],
  ['f(1) = null', 'fn f(a: i32) {}'],
  ['f(0.1, 0.1) = [0.1, 0.30000000000000004]', 'fn f(a: f32, b: f64) -> (f32, f64) { (a, b + 0.2) }'],
  ['f(1e300, 3) = [1e300, 1.5]', 'fn f(a: f64, b: f64) -> [f64; 2] { [a, b / 2.0] }'],
  ['f("é😀\\n\\"") = ["é😀\\n\\"", 8]', 'fn f(a: String) -> (String, usize) { let n = a.len(); (a, n) }'],
  ['f("x") = ["x", true]', "fn f(a: char) -> (char, bool) { (a, a == 'x') }"],
  [
    'f([3, 1], [2, 2]) = [3, 2, 1]',
    'use std::collections::*;\nfn f(a: BinaryHeap<i32>, b: HashSet<i32>) -> VecDeque<i32> { let mut v = VecDeque::new(); for x in a.into_sorted_vec() { v.push_front(x) } v.insert(1, *b.iter().next().unwrap()); v }',
  ],
  [
    'f({"1": {"-2": 0.5}, "2": {}}) = 0.5',
    'use std::collections::*;\nfn f(m: &HashMap<i32, BTreeMap<i8, f64>>) -> f64 { m[&1][&-2] }',
  ],
  [
    'f({"true": 1}) = {"true": 1}',
    'use std::collections::*;\nfn f(m: HashMap<bool, i32>) -> HashMap<bool, i32> { m }',
  ],
  [
    'f(1) = 2',
    '#![crate_type = "bin"]\n#![crate_name = "other"]\nfn f(a: i32) -> i32 { a + 1 }\nfn main() {}',
  ],
  ['match_(1) = 2', 'fn match_(a: i32) -> i32 { a + 1 }'],
  ['f(10) = 55', 'fn f(n: u128) -> u128 { if n == 0 { 0 } else { n + f(n - 1) } }'],
  [
    'f([5, 6]) = 1',
    'use std::rc::Rc; use std::cell::RefCell;\nfn f(a: Rc<RefCell<Vec<Box<i32>>>>) -> Rc<RefCell<Box<i32>>> { let d = *a.borrow()[1] - *a.borrow()[0]; Rc::new(RefCell::new(Box::new(d))) }',
  ],
]

const FAILED: readonly CallCase[] = [
  ['f([3, 9000000000]) = 9000000000', 'fn f<T: Ord + Copy>(a: Vec<T>) -> T { *a.iter().max().unwrap() }'],
  ['f(2.5) = 2', 'fn f(a: i32) -> i32 { a }'],
  ['f(300) = 2', 'fn f(a: u8) -> u8 { a }'],
  ['f(-1) = 2', 'fn f(a: usize) -> usize { a }'],
  ['f("3") = 3', 'fn f(a: usize) -> usize { a }'],
  ['f(3) = "3"', 'fn f(a: String) -> String { a }'],
  ['f(null) = "3"', 'fn f(a: String) -> String { a }'],
  ['f(1) = 3', 'fn f(a: i32, b: i32) -> i32 { a + b }'],
  ['f(1) = 1', 'fn f(a: i32) -> i32 { std::process::exit(0) }'],
  ['f(1) = 1', 'fn f(a: i32) -> i32 { panic!("no") }'],
  [
    'f(1) = 3',
    'use std::io::Write; use std::os::unix::io::FromRawFd;\nfn f(a: i32) -> i32 { unsafe { std::fs::File::from_raw_fd(3) }.write_all(b"3").unwrap(); 3 }',
  ],
  ['f(1) = 3', 'fn f(a: i32) -> i32 { std::panic::set_hook(Box::new(|_| std::process::exit(0))); panic!() }'],
]

const REFUSED: readonly CallCase[] = [
  ['max(3, 4) = 4', 'use std::cmp::max;\nfn g(a: i32) -> i32 { max(a, 1) }'],
  ['f(1) = 1', 'struct S; fn f(a: i32) -> S { S }'],
  ['f(1) = 2', '// fn f(\n/* fn f */ fn g() {} // no'],
]

const WRONG: readonly CallCase[] = [
  ['f(1) = null', 'fn f(a: i32) -> f64 { f64::NAN }'],
  [
    'f(1) = {"1": 1}',
    'fn f(a: i32) -> std::collections::HashMap<(i32, i32), i32> { [((1, 1), 1)].into_iter().collect() }',
  ],
]

testCalls('rust', {
  passed: PASSED,
  'runtime-error': FAILED,
  'compile-error': REFUSED,
  'wrong-answer': WRONG,
})
