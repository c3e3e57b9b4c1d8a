/**
 * SandboxFusion's rule for outputs, as far as it can be trusted: line by line, without white space around a line and
 * around the whole, letters of either case. A line that is one number with a point or an exponent may be off by a part of 1e-5;
 * a whole number must be that number, which SandboxFusion does not ask for.
 */
import { compareText } from '../../judge/compare-output.ts'

/** @example isSameStdout('YES\n0.5\n', 'yes\n0.500001') // true */
export function isSameStdout(expected: string, got: string): boolean {
  const [wanted, lines] = [linesOf(expected), linesOf(got)]
  return wanted.length === lines.length && wanted.every((line, index) => isSameLine(line, lines[index]!))
}

const linesOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trim().toLowerCase())

const isSameLine = (wanted: string, line: string) =>
  wanted === line ||
  (!/\s/.test(wanted + line) && compareText(wanted, line, { kind: 'words', tolerance: 1e-5 }))
