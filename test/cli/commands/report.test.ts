import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { scratchFolder } from '../../scratch-folder.ts'
import { run } from '../captured-context.ts'

const root = scratchFolder()
for (const [name, accuracy] of [
  ['a', 0.5],
  ['b', 0.75],
  ...[...Array(9).keys()].map((n) => [`many/${n}`, 0.5] as const),
] as const) {
  mkdirSync(join(root, name), { recursive: true })
  writeFileSync(
    join(root, name, 'metrics.jsonl'),
    `${JSON.stringify({ kind: 'evaluation', step: 4, accuracy })}\n`,
  )
}
const [a, b] = [join(root, 'a'), join(root, 'b')]

describe('gepo report', () => {
  it('writes a page, and says where', async () => {
    const out = join(root, 'page.html')
    const { exit, stderr } = await run(['report', a, b, '--out', out, '--title', 'Two <runs>'])
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: `${out}: 2 runs\n` })
    expect(readFileSync(out, 'utf8')).toContain('<h1>Two &lt;runs&gt;</h1>')
  })

  it('prints tables', async () => {
    const { stdout } = await run(['report', a, b, '--format', 'md'])
    expect(stdout).toContain(
      '| run | steps | accuracy |\n|---|---|---|\n| a | 4 | 50.0% |\n| b | 4 | 75.0% |\n',
    )
  })

  it('draws a picture', async () => {
    const picture = join(root, 'curve.svg')
    expect((await run(['report', a, b, '--picture', picture])).exit).toBe(0)
    expect(readFileSync(picture, 'utf8')).toMatch(/^<svg xmlns=[\s\S]+<\/svg>\n$/)
    expect(existsSync('report.html')).toBe(false)
  })

  it.each([
    [['nowhere'], 'is not a folder; name the folder of a run'],
    [[a, '--picture', 'curve.png'], 'The picture is SVG; name a file such as curve.svg, not curve.png.'],
    [[a, '--figure', 'accuracy'], '--figure is for --picture; give that too, or leave it out.'],
    [[a, '--picture', 'c.svg', '--figure', 'acuracy'], 'did you mean "accuracy"?'],
    [[a, '--picture', 'c.svg', '--figure', 'xyzzy'], 'The runs have no figure "xyzzy"; they have accuracy.'],
    [[a, '--out', join(root, 'none/page.html')], 'does not exist; make it, or name another file.'],
    [[join(root, 'many'), '--picture', 'c.svg'], 'A picture shows 8 lines at most, not 9'],
  ])('refuses %j in a sentence', async (args, sentence) => {
    const { exit, stderr } = await run(['report', ...args])
    expect(exit).toBe(2)
    expect(stderr).toContain(sentence)
  })
})
