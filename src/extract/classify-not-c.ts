/** Text that clang rejects as C, and its first error, in; what kind of not-C it is out. */
import { lexC, parseDirective, type Token } from './lex-c.ts'

export type NotC = 'cplusplus' | 'missing-header' | 'syntax'

const CPP_STREAMS = new Set(['cout', 'cin', 'cerr'])

/** `using namespace std;` gives `cplusplus`. Only what is evident in the text counts. */
export function classifyNotC(text: string, firstError: string): NotC {
  const tokens = lexC(text).filter((token) => token.kind !== 'comment')
  if (tokens.some((token, index) => isCplusplus(token, tokens[index + 1], tokens[index + 2])))
    return 'cplusplus'
  return isMissingHeader(firstError) ? 'missing-header' : 'syntax'
}

/** Whether clang's error says that an included file does not exist. */
export function isMissingHeader(error: string): boolean {
  return error.includes('file not found')
}

function isCplusplus(token: Token, next: Token | undefined, afterNext: Token | undefined): boolean {
  if (token.kind === 'directive') return isCplusplusInclude(token.text)
  if (token.text === ':') return next?.text === ':' && next.start === token.end
  if (token.kind !== 'word') return false
  switch (token.text) {
    case 'using':
      return next?.text === 'namespace' || (next?.kind === 'word' && afterNext?.text === '=')
    case 'template':
      return next?.text === '<'
    case 'class':
    case 'namespace':
      return next?.kind === 'word' && (afterNext?.text === '{' || afterNext?.text === ':')
    default:
      return CPP_STREAMS.has(token.text) && /^[<>]$/.test(next?.text ?? '') && next?.text === afterNext?.text
  }
}

/** C++'s own headers have no extension, apart from GCC's header of everything. */
function isCplusplusInclude(directive: string): boolean {
  const { name, body } = parseDirective(directive)
  return name === 'include' && (/^<[a-z_]+>$/.test(body) || body.startsWith('<bits/stdc++'))
}
