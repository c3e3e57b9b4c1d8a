/** Colours for a stream: those of a terminal, unless NO_COLOR or the like forbids them; none elsewhere. */
import { styleText } from 'node:util'
import type { Terminal } from '../context.ts'

type Style = Parameters<typeof styleText>[0]
export type Palette = (style: Style, text: string) => string

export const plain: Palette = (_style, text) => text

export function paletteFor(stream: Terminal, env: NodeJS.ProcessEnv = process.env): Palette {
  const wanted =
    env.FORCE_COLOR !== undefined
      ? env.FORCE_COLOR !== '0'
      : stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
  return wanted ? (style, text) => styleText(style, text, { validateStream: false }) : plain
}
