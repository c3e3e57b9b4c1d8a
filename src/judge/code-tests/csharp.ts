/** A test in C#: a class of its own, or members for the answer's, and a program that runs the test's Main. */
import { randomBytes } from 'node:crypto'
import type { CodeTest } from '../../records/suite.ts'
import { compile } from '../languages/build-steps.ts'
import type { Built, CodeTestJob } from '../languages/language-definition.ts'
import { blankTexts } from './blank-texts.ts'
import { type Asking, withCheckedEquals, withCheckedEquations } from './check-equality.ts'
import { type ClassLanguage, mergeClasses, replaceBare } from './merge-classes.ts'

const CSHARP = (assertion: string): ClassLanguage => ({
  texts: 'csharp',
  import: /^[ \t]*using\s+(?:static\s+)?(?:\w+\s*=\s*)?[\w.<>, ]+;/,
  type: /\b(?:class|struct|interface|enum)\s+(\w+)[^{};]*\{/,
  main: /\bstatic\s+(?:async\s+)?[\w.<>]+\s+(Main)\s*\(/,
  library: [
    ...['Debug', 'Trace', 'Math', 'Enumerable', 'List', 'Dictionary', 'HashSet', 'Tuple', 'String', 'Array'],
    ...['Object', 'Exception', 'Convert', 'Environment', 'Console', 'Boolean', 'Int32', 'Int64', 'Double'],
  ],
  variable:
    /(?<!\w)(?!(?:return|throw|new|is|as|in|case|using|namespace|else)\b)[\w.]+(?:\s*<[^;={}()]*>)?(?:\s*\[\s*\])*\??\s+(\w+)\s*(?:=(?!=)|;|\{\s*get\b)/,
  checked: (test, name) => {
    const ofLibrary = replaceBare(test, { texts: 'csharp' }, SEQUENCE_EQUAL, `global::${name}.SameItems`)
    const sequences = withCheckedEquals(ofLibrary, {
      ...{ texts: 'csharp', method: 'SequenceEqual' },
      by: (value, expected) => `global::${name}.SameItems(${value}, ${expected})`,
    })
    const equals = withCheckedEquals(sequences, { texts: 'csharp', method: 'Equals', by: equalsIn(name) })
    const equations = withCheckedEquations(equals, {
      ...{ texts: 'csharp', assertion: CONDITION, by: equationIn(name) },
    })
    return {
      // Mono goes on after an assertion that has failed.
      test: replaceBare(equations, { texts: 'csharp' }, ASSERTION, assertion),
      helper: checkInCsharp(name),
    }
  },
})

const ASSERTION = /(?<![\w.])(?:System\.Diagnostics\.)?(?:Debug|Trace)\.Assert(?=\s*\()/

const CONDITION = new RegExp(String.raw`(?:${ASSERTION.source}|(?<![\w.@])if)`)

const SEQUENCE_EQUAL = /(?<![\w.])(?:System\.Linq\.)?Enumerable\.SequenceEqual(?=\s*\()/

/** An equation, its operator chosen by the compiler among those of the operands' own types. */
const equationIn =
  (name: string): Asking =>
  (value, expected) => {
    if (isNull(expected)) return `(object)(${value}) == null`
    if (isNull(value)) return `(object)(${expected}) == null`
    if (isConstant(expected))
      return `global::${name}.Same(${one(value)}, gepoLeft => gepoLeft == ${expected})`
    if (isConstant(value)) return `global::${name}.Same(${one(expected)}, gepoRight => ${value} == gepoRight)`
    return `global::${name}.Same(${one(value)}, ${one(expected)}, (gepoLeft, gepoRight) => gepoLeft == gepoRight)`
  }

const equalsIn =
  (name: string): Asking =>
  (value, expected) =>
    isConstant(expected)
      ? `global::${name}.Same(${one(value)}, gepoLeft => gepoLeft.Equals(${expected}))`
      : `global::${name}.Equal(${one(value)}, ${one(expected)}, (gepoLeft, gepoRight) => gepoLeft.Equals(gepoRight))`

/** An operand, so that one of type `dynamic` is dynamic inside, and what it is passed to is known all the same. */
const one = (operand: string) => `new[] { ${operand} }`

const isNull = (operand: string) => /^[\s(]*null[\s)]*$/.test(blankTexts(operand, 'csharp'))

/** Whether an operand is a constant, which takes the type that the other side needs, as a variable would not. */
const isConstant = (operand: string) => blankTexts(operand, 'csharp').replace(CONSTANTS, '').trim() === ''

const NUMBER = String.raw`\b0[xXbB][\da-fA-F_]+[uUlL]*\b|(?:\b|\.)\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?[fFdDmMuUlL]*\b`
const SIMPLE = 'sbyte|byte|short|ushort|int|uint|long|ulong|char|float|double|decimal|bool|string'
const CONSTANTS = new RegExp(
  String.raw`[-+*/%()]|${NUMBER}|\b(?:true|false|null|default|(?:${SIMPLE})(?:\.\w+)?)\b`,
  'g',
)

/** What of the compiler's equality only the answer's own types would say. */
const checkInCsharp = (name: string) => `
static class ${name}
{
    static bool IsOwn<T>(T value)
    {
        var type = global::System.Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);
        return IsOwn(type) || (object)value != null && IsOwn(value.GetType());
    }

    static bool IsOwn(global::System.Type type) { return type.Assembly == typeof(${name}).Assembly; }

    // Of what is compared to a constant.
    public static bool Same<T>(T[] value, global::System.Func<T, bool> equal) { return equal(value[0]) && !IsOwn(value[0]); }

    public static bool Same<T, U>(T[] values, U[] expectations, global::System.Func<T, U, bool> equal)
    {
        T value = values[0];
        U expected = expectations[0];
        if ((object)value == null || (object)expected == null) return (object)value == null && (object)expected == null;
        return IsOwn(value) == IsOwn(expected) && equal(value, expected);
    }

    public static bool Equal<T, U>(T[] values, U[] expectations, global::System.Func<T, U, bool> equal)
    {
        T value = values[0];
        U expected = expectations[0];
        bool holds = equal(value, expected);
        if ((object)expected == null) return holds && (object)value == null;
        if (!holds || IsOwn(value) != IsOwn(expected)) return false;
        // The other side is asked where it has the same question; those of numbers of two types differ.
        object left = value, right = expected;
        return !(right is T && left is U) || equal((T)right, (U)left);
    }

    public static bool SameItems<T>(global::System.Collections.Generic.IEnumerable<T> values, global::System.Collections.Generic.IEnumerable<T> expected)
    {
        var left = new global::System.Collections.Generic.List<T>(values);
        var right = new global::System.Collections.Generic.List<T>(expected);
        bool holds = left.Count == right.Count;
        for (int at = 0; holds && at < left.Count; at++)
            holds = global::System.Collections.Generic.EqualityComparer<T>.Default.Equals(left[at], right[at]) && global::System.Object.Equals(right[at], left[at]);
        return holds;
    }
}
`

/** A method that would be called for that of the library. */
const SHADOWS = /\bstatic\s+bool\s+(SequenceEqual|SetEquals|ReferenceEquals)\b/

export async function buildCsharpCodeTest(
  job: CodeTestJob,
  test: CodeTest,
  compiler: readonly string[],
): Promise<Built> {
  const shadow = SHADOWS.exec(blankTexts(job.code, 'csharp'))?.[1]
  if (shadow !== undefined && new RegExp(`\\b${shadow}\\b`).test(test.code))
    return {
      kind: 'compile-error',
      message: `the answer declares ${shadow}, which the test means of the library`,
    }
  const key = randomBytes(8).toString('hex')
  const merged = mergeClasses(withoutNamespaces(job.code), test.code, CSHARP(`global::GepoTest${key}.Assert`))
  if ('problem' in merged) return { kind: 'compile-error', message: merged.problem }
  const files = [
    { path: 'answer.cs', content: merged.source },
    { path: 'driver.cs', content: driver(key, merged.mainType) },
  ]
  return compile(
    job,
    files,
    [
      [...compiler, '-d:DEBUG', `-main:GepoTest${key}`, ...files.map(({ path }) => path)],
      ['/usr/bin/rm', ...files.map(({ path }) => path)],
    ],
    { command: [job.programs.mono!, '/box/answer.exe'] },
  )
}

/** Their classes as if there were none, as the test calls them. */
function withoutNamespaces(code: string): string {
  const bare = blankTexts(code, 'csharp')
  const found = /^[ \t]*namespace\s+[\w.]+\s*\{/m.exec(bare)
  if (found === null) return code
  const end = bare.lastIndexOf('}')
  const from = found.index + found[0].length
  return `${code.slice(0, found.index)}${code.slice(from, Math.max(from, end))}${code.slice(Math.max(from, end) + 1)}`
}

/** Reads the word before the answer begins, and writes it once Main has returned. */
const driver = (key: string, mainType: string) => `
using System;
using System.IO;
using System.Reflection;

static class GepoTest${key}
{
    public static void Assert(bool holds) { Assert(holds, ""); }

    public static void Assert(bool holds, string message, string detail = "")
    {
        if (holds) return;
        Console.Error.WriteLine("assertion failed " + message + "\\n" + new System.Diagnostics.StackTrace(1));
        Environment.Exit(1);
    }

    static void Mask(byte[] word) { for (int i = 0; i < word.Length; i++) word[i] ^= (byte)(0xa5 + 3 * i); }

    static int Main()
    {
        var word = new byte[32];
        using (var source = new FileStream("/proc/self/fd/4", FileMode.Open, FileAccess.Read))
            for (int had = 0, read; had < 32 && (read = source.Read(word, had, 32 - had)) > 0;) had += read;
        Mask(word);
        const BindingFlags flags = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        var main = typeof(global::${mainType}).GetMethod("Main", flags);
        object result;
        try { result = main.Invoke(null, main.GetParameters().Length == 0 ? new object[0] : new object[] { new string[0] }); }
        catch (TargetInvocationException error)
        {
            Console.Error.WriteLine(error.InnerException);
            return 1;
        }
        var task = result as System.Threading.Tasks.Task;
        if (task != null) task.GetAwaiter().GetResult();
        if (result is int && (int)result != 0) return 1;
        Mask(word);
        using (var record = new FileStream("/proc/self/fd/3", FileMode.Open, FileAccess.Write)) record.Write(word, 0, 32);
        Environment.Exit(0);
        return 1;
    }
}
`
