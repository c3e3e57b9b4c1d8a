/** Which names a function can have in a language. Pure. */
import type { Language } from '../records/language.ts'

const C_WORDS =
  'auto break case char const continue default do double else enum extern float for goto if inline int long main register ' +
  'restrict return short signed sizeof static struct switch typedef union unsigned void volatile while'

const JAVASCRIPT_WORDS =
  'arguments await break case catch class const continue debugger default delete do else enum eval export extends false ' +
  'finally for function if implements import in instanceof interface let new null package private protected public return ' +
  'static super switch this throw true try typeof var void while with yield'

/** The words that the language keeps for itself. */
const RESERVED: Readonly<Record<Language, string>> = {
  python:
    'False None True and as assert async await break class continue def del elif else except finally for from global if ' +
    'import in is lambda nonlocal not or pass raise return try while with yield',
  c: C_WORDS,
  cpp:
    `${C_WORDS} alignas alignof and and_eq asm bitand bitor bool catch class compl constexpr const_cast decltype delete ` +
    'dynamic_cast explicit export false friend mutable namespace new noexcept not not_eq nullptr operator or or_eq private ' +
    'protected public reinterpret_cast static_assert static_cast template this thread_local throw true try typeid typename ' +
    'using virtual wchar_t xor xor_eq',
  java:
    'abstract assert boolean break byte case catch char class const continue default do double else enum extends false ' +
    'final finally float for goto if implements import instanceof int interface long native new null package private ' +
    'protected public return short static strictfp super switch synchronized this throw throws transient true try void ' +
    'volatile while',
  php:
    '__halt_compiler abstract and array as break callable case catch class clone const continue declare default die do echo ' +
    'else elseif empty enddeclare endfor endforeach endif endswitch endwhile eval exit extends final finally fn for foreach ' +
    'function global goto if implements include include_once instanceof insteadof interface isset list match namespace new or ' +
    'print private protected public readonly require require_once return static switch throw trait try unset use var while ' +
    'xor yield',
  bash: 'case coproc do done elif else esac fi for function if in select then time until while',
  javascript: JAVASCRIPT_WORDS,
  typescript: JAVASCRIPT_WORDS,
  go:
    'break case chan const continue default defer else fallthrough for func go goto if import init interface main map package ' +
    'range return select struct switch type var',
  scala:
    'abstract case catch class def do else extends false final finally for forSome if implicit import lazy macro match new ' +
    'null object override package private protected return sealed super this throw trait true try type val var while with ' +
    'yield',
  csharp:
    'abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else ' +
    'enum event explicit extern false finally fixed float for foreach goto if implicit in int interface internal is lock long ' +
    'namespace new null object operator out override params private protected public readonly ref return sbyte sealed short ' +
    'sizeof stackalloc static string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using ' +
    'virtual void volatile while',
  haskell:
    'case class data default deriving do else foreign if import in infix infixl infixr instance let main module newtype of ' +
    'then type where',
  rust:
    'abstract as async await become box break const continue crate do dyn else enum extern false final fn for if impl in let ' +
    'loop macro main match mod move mut override priv pub ref return self Self static struct super trait true try type ' +
    'typeof unsafe unsized use virtual where while yield',
}

/** @example canNameFunction('match', 'rust') // false */
export function canNameFunction(name: string, language: Language): boolean {
  if (language === 'haskell' && !/^[a-z_]/.test(name)) return false
  // PHP's are the same in capitals.
  const word = language === 'php' ? name.toLowerCase() : name
  return !RESERVED[language].split(' ').includes(word)
}
