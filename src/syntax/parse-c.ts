/**
 * C source text in, tree-sitter syntax tree out: by the native binding, or by WebAssembly where the native
 * one cannot load (same grammar file, same tree). Offsets are UTF-16 offsets into the text on both.
 */
import { createRequire } from 'node:module'

/** The part of tree-sitter's node that both bindings share and this project uses. */
export interface SyntaxNode {
  readonly id: number
  readonly type: string
  readonly text: string
  readonly isNamed: boolean
  readonly isMissing: boolean
  readonly hasError: boolean
  readonly startIndex: number
  readonly endIndex: number
  readonly startPosition: { readonly row: number; readonly column: number }
  readonly parent: SyntaxNode | null
  readonly children: readonly SyntaxNode[]
  readonly namedChildren: readonly SyntaxNode[]
  readonly childCount: number
  readonly namedChildCount: number
  readonly nextSibling: SyntaxNode | null
  readonly previousSibling: SyntaxNode | null
  readonly nextNamedSibling: SyntaxNode | null
  readonly previousNamedSibling: SyntaxNode | null
  child(index: number): SyntaxNode | null
  namedChild(index: number): SyntaxNode | null
  childForFieldName(name: string): SyntaxNode | null
}

export type Binding = 'native' | 'wasm'

type Parse = (code: string) => SyntaxNode

const require = createRequire(import.meta.url)
const loaded = new Map<Binding, Parse>()
let nativeFailure: string | undefined

/**
 * Loads a parser once per thread. Without an argument: native, else WebAssembly.
 * GEPO_TREE_SITTER=wasm forces the second.
 */
export async function loadParser(binding?: Binding): Promise<(code: string) => SyntaxNode> {
  const wanted = binding ?? (process.env.GEPO_TREE_SITTER === 'wasm' ? 'wasm' : undefined)
  if (wanted === 'wasm') return loadWasm()
  try {
    return loadNative()
  } catch (error) {
    if (wanted === 'native') throw error
    nativeFailure = String(error)
    return loadWasm()
  }
}

/** Why the native binding was not used, if it was tried and failed. */
export function nativeBindingFailure(): string | undefined {
  return nativeFailure
}

function loadNative(): Parse {
  let parse = loaded.get('native')
  if (parse === undefined) {
    const Parser = require('tree-sitter')
    const parser = new Parser()
    parser.setLanguage(require('tree-sitter-c'))
    // The binding's default buffer holds 32 Ki characters and a longer text fails with "Invalid argument".
    parse = (code) => parser.parse(code, null, { bufferSize: code.length * 2 + 64 }).rootNode
    loaded.set('native', parse)
  }
  return parse
}

async function loadWasm(): Promise<Parse> {
  let parse = loaded.get('wasm')
  if (parse === undefined) {
    const { Parser, Language } = await import('web-tree-sitter')
    await Parser.init()
    const parser = new Parser()
    parser.setLanguage(await Language.load(require.resolve('tree-sitter-c/tree-sitter-c.wasm')))
    parse = (code) => {
      const tree = parser.parse(code)
      if (tree === null) throw new Error('web-tree-sitter returned no tree')
      return tree.rootNode as unknown as SyntaxNode
    }
    loaded.set('wasm', parse)
  }
  return parse
}
