/** Functions of Haskell are called by their own types, from a module that imports the answer's as it is. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Judge } from '../../../src/judge/judge.ts'
import { haskellCall } from '../../../src/judge/languages/haskell-call.ts'
import { openTestJudge } from '../open-test-judge.ts'
import { asCall, asCalls, installed } from '../suites.ts'

let judge: Judge
let close: () => Promise<void>
beforeAll(async () => {
  ;({ judge, close } = await openTestJudge())
})
afterAll(() => close())

type Case = readonly [what: string, call: string, code: string]

/** Slow compilers on a busy machine. */
const PATIENCE_MS = 600_000

describe.skipIf(!installed('haskell'))('Haskell', { timeout: PATIENCE_MS }, () => {
  const check = async (call: string, code: string) => judge.judge({ language: 'haskell', code }, asCall(call))

  test.each<Case>([
    [
      'scalars, text and lists',
      'f(-2, 9007199254740991, 2.5, true, "b\\u00e9\\ud83d\\ude00\\n", [[1], []]) = [[-2, 5.0], [false, "\\n\\ud83d\\ude00\\u00e9b"], 9007199254740991, [[2], []]]',
      'f :: Int -> Integer -> Double -> Bool -> String -> [[Int]] -> ((Int, Double), (Bool, String), Integer, [[Int]])\nf a b c d e g = ((a, 2 * c), (not d, reverse e), b, map (map (+ 1)) g)',
    ],
    [
      'what may be missing, characters, tuples',
      'f(null, "c", [1, "a"], ["x", null]) = [null, "d", "a", ["x"]]',
      'import Data.Maybe\nf :: Maybe Int -> Char -> (Int, String) -> [Maybe String] -> (Maybe Int, Char, String, [String])\nf a b c d = (a, succ b, snd c, catMaybes d)',
    ],
    [
      'maps by text, numbers and flags, sets, sequences',
      'f({"b": 1}, {"2": "x", "-1": "y"}, {"true": 1}, [2, 1, 2]) = [{"b": 2}, {"-1": 1, "2": 1}, {"true": 1}, [1, 2], [2, 1, 2]]',
      'import qualified Data.Map as M\nimport qualified Data.IntMap as I\nimport qualified Data.Set as S\nimport qualified Data.Sequence as Q\n' +
        'f :: M.Map String Int -> I.IntMap String -> M.Map Bool Int -> [Int] -> (M.Map String Int, M.Map Integer Int, M.Map Bool Int, S.Set Int, Q.Seq Int)\n' +
        'f a b c d = (M.map (+ 1) a, M.fromList [(fromIntegral k, length v) | (k, v) <- I.toList b], c, S.fromList d, Q.fromList d)',
    ],
    [
      'Data.Text',
      'f("ab") = "AB"',
      '{-# LANGUAGE OverloadedStrings #-}\nimport qualified Data.Text as T\nf :: T.Text -> T.Text\nf = T.toUpper',
    ],
    [
      'whole floats',
      'f(2.0, 1e3, 4) = [4, 1000, 2]',
      'f :: Int -> Integer -> Double -> (Int, Integer, Double)\nf a b c = (2 * a, b, c / 2)',
    ],
    [
      'no type at all',
      'f([2, 1], [1.5]) = [1, 2, 1.5]',
      'import Data.List\nf xs ys = map fromIntegral (sort xs) ++ map (* 1) ys',
    ],
    [
      'a generic function on texts',
      'f(["b", "a"]) = ["a", "b"]',
      'import Data.List\nf :: Ord a => [a] -> [a]\nf = sort',
    ],
    [
      'a generic function on large numbers',
      'f(3000000000, 3000000000) = 9.0e18',
      'f :: Num a => a -> a -> a\nf a b = a * b',
    ],
    [
      'a generic function with a number of its own',
      'f(1, ["a", "b"]) = ["b", "a"]',
      'f :: Int -> [a] -> [a]\nf n xs = drop n xs ++ take n xs',
    ],
    [
      'a generic result',
      'f([1, 2]) = 1.5',
      'f :: Fractional b => [Int] -> b\nf xs = fromIntegral (sum xs) / 2',
    ],
    ['an action', 'f(1) = 2', 'f :: Int -> IO Int\nf n = putStrLn "noise" >> return (n + 1)'],
    ['an action that gives nothing', 'f(1) = null', 'f :: Int -> IO ()\nf = print'],
    ['a constant', 'f() = 3', 'f :: Int\nf = 3'],
    [
      'a module Main with its main alone',
      'f(1) = 2',
      'module Main (main) where\nf :: Int -> Int\nf = (+ 1)\nmain :: IO ()\nmain = error "run"',
    ],
    [
      'a main without a header',
      'f(1) = 2',
      'import System.Exit\nf :: Int -> Int\nf = (+ 1)\nmain = exitWith (ExitFailure 3)',
    ],
    [
      'a module of another name',
      'f(1) = 2',
      '{-# LANGUAGE ScopedTypeVariables #-}\n-- | One.\nmodule Data.Own.Sums\n  ( g -- not f (\n  , T (..)\n  ) where\ndata T = T\nf :: Int -> Int\nf = (+ 1)\ng = f',
    ],
    [
      'names of the caller and of the library',
      'lookup("b") = 2',
      'import Prelude hiding (lookup)\nlookup :: String -> Int\nlookup = run where run _ = 2\nmain = 1\ncall = 2',
    ],
    [
      'a declaration that is indented',
      'f(1) = 2',
      '{- f {- f -} -}  f :: Int -> Int\n                 f = (+ 1)',
    ],
    [
      'instances of its own',
      'f(1) = "Box 1"',
      'data Box = Box Int\ninstance Show Box where show (Box n) = "Box " ++ show n\nf :: Int -> String\nf = show . Box',
    ],
  ])('passes %s: %s', async (_what, call, code) => {
    expect(await check(call, code)).toEqual({ kind: 'passed' })
  })

  test.each<Case>([
    ['no number', 'f(1) = null', 'f :: Double -> Double\nf n = 0 / 0'],
    ['half a character', 'f(1) = "\ufffd"', 'f :: Int -> String\nf _ = "\\xd800"'],
    [
      'keys that are lists',
      'f(1) = {"1": 1}',
      'import qualified Data.Map as M\nf :: Int -> M.Map [Int] Int\nf n = M.fromList [([n], n)]',
    ],
    ['another result', 'f(1) = 1', 'f :: Int -> Int\nf = (+ 1)'],
    ['True', 'f(1) = 1', 'f :: Int -> Bool\nf = odd'],
  ])('%s is a wrong answer: %s', async (_what, call, code) => {
    expect((await check(call, code)).kind).toBe('wrong-answer')
  })

  test.each<Case>([
    ['half a number', 'f([1, 2.5]) = 1', 'f :: [Int] -> Int\nf = head'],
    ['too large a number', 'f(3000000000) = 1', 'import Data.Int\nf :: Int32 -> Int\nf _ = 1'],
    ['text for a number', 'f("3") = 3', 'f :: Int -> Int\nf = id'],
    ['null for a number', 'f(null) = 1', 'f :: Int -> Int\nf _ = 1'],
    ['more parameters than arguments', 'f(1) = 1', 'f :: Int -> Int -> Int\nf a _ = a'],
    ['a result that fails once it is looked at', 'f(1) = [1]', 'f :: Int -> [Int]\nf n = [n, error "no"]'],
    [
      'an end before the call',
      'f(1) = 1',
      'import System.Exit\nimport System.IO.Unsafe\nf :: Int -> Int\nf n = unsafePerformIO exitSuccess',
    ],
  ])('%s is a runtime error: %s', async (_what, call, code) => {
    expect((await check(call, code)).kind).toBe('runtime-error')
  })

  test.each<Case>([
    ['no function of that name', 'g(1) = 1', 'f :: Int -> Int\nf = id'],
    ['what the library has under this name', 'length([1]) = 1', 'f :: Int -> Int\nf = id'],
    ['a parameter that JSON has no word for', 'f(1, 2) = 1', 'f :: Int -> (Int -> Int) -> Int\nf n _ = n'],
    ['the name of the caller', 'f(1) = 1', 'module GepoCall where\nf :: Int -> Int\nf = id'],
    ['a type error', 'f(1) = 1', 'f :: Int -> Int\nf = "a"'],
  ])('%s is a compile error: %s', async (_what, call, code) => {
    expect((await check(call, code)).kind).toBe('compile-error')
  })

  test('lines of errors are those of the answer', async () => {
    expect(await check('f(1) = 1', '\nf :: Int -> Int\nf = "a"')).toMatchObject({
      kind: 'compile-error',
      message: expect.stringContaining('answer.hs:3:5'),
    })
  })

  test('a result without an end meets a limit', async () => {
    const { tests, ...rules } = asCall('f(1) = [1]')
    const suite = { tests, ...rules, limits: { ...rules.limits, testMs: 1000 } }
    const code = 'f :: Int -> [Int]\nf = repeat'
    expect((await judge.judge({ language: 'haskell', code }, suite)).kind).toMatch(/timeout|memory-limit/)
  })
})

test.each([
  ['a type without variables', 'f :: [Int] -> Data.Map.Map String Int\n  -> Int -- of a\nf = undefined', 1],
  ['one with variables', 'f ::\n  Ord a =>\n  [a] -> a\nf = undefined', 3],
  ['none', 'f = id', 3],
  ['another function\u2019s', 'g :: Int -> Int\ng = id', 3],
])('the caller tries %s in as many forms as it takes', (_what, code, forms) => {
  const call = asCalls('f([1, 2]) = 1').tests.filter((each) => each.kind === 'call')
  const signature = {
    parameters: [{ kind: 'list', item: { kind: 'integer' } }],
    result: { kind: 'integer' },
  } as const
  const found = haskellCall(code, { name: 'f', arguments: call.map((each) => each.arguments), signature })
  expect(found?.callers).toHaveLength(forms)
})
