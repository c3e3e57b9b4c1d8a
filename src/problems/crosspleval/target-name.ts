/** What a function is called in a target language: its own name, unless that means something else there. Pure. */
import type { Language } from '../../records/language.ts'

/**
 * @returns the name with an underscore behind it where the language or its library has taken it. A name that is changed
 * needlessly costs nothing, as the declaration says it.
 * @example targetName('strlen', 'php') // 'strlen_'
 */
export function targetName(name: string, target: Language): string {
  const cased = target === 'haskell' ? name.replace(/^[A-Z]/, (first) => first.toLowerCase()) : name
  return taken(target).has(cased) || BUILTINS[target]?.test(cased) ? `${cased}_` : cased
}

const sets = new Map<Language, ReadonlySet<string>>()

function taken(target: Language): ReadonlySet<string> {
  const known = sets.get(target) ?? new Set(TAKEN[target].split(/\s+/))
  sets.set(target, known)
  return known
}

/** Words of the language, `main`, and functions that stand without an import and cannot be declared again beside. */
const TAKEN: Readonly<Record<Language, string>> = {
  python:
    'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield',
  c: 'auto break case char const continue default do double else enum extern float for goto if inline int long main register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while asm typeof abs labs div rand exit system remove rename index rindex y0 y1 yn j0 j1 jn gamma log exp pow sqrt ceil floor round trunc strlen strcmp strcpy printf puts time clock',
  cpp: 'alignas alignof and and_eq asm auto bitand bitor bool break case catch char class compl const constexpr const_cast continue decltype default delete do double dynamic_cast else enum explicit export extern false float for friend goto if inline int long main mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast return short signed sizeof static static_assert static_cast struct switch template this thread_local throw true try typedef typeid typename union unsigned using virtual void volatile wchar_t while xor xor_eq abs labs div rand exit system remove rename index rindex y0 y1 yn j0 j1 jn gamma log exp pow sqrt ceil floor round trunc time clock',
  java: 'abstract assert boolean break byte case catch char class const continue default do double else enum extends final finally float for goto if implements import instanceof int interface long main native new package private protected public return short static strictfp super switch synchronized this throw throws transient try void volatile while true false null var record yield getClass hashCode equals toString notify notifyAll wait clone finalize',
  php: 'abstract and array as break callable case catch class clone const continue declare default die do echo else elseif empty enddeclare endfor endforeach endif endswitch endwhile enum eval exit extends final finally fn for foreach function global goto if implements include instanceof insteadof interface isset list match namespace new or parent print private protected public readonly require return self static switch throw trait try unset use var while xor yield abs acos asin atan basename bin2hex ceil checkdate chdir chmod chop chr compact copy cos count crc32 current define defined deg2rad delete dir dirname each end exp explode extract feof fgets fgetc file floor flush fmod fopen fputs fread fscanf fseek ftell fwrite gcd glob header hash hexdec hypot idate implode intdiv intval join key ksort krsort lcfirst levenshtein link localtime log ltrim mail max md5 metaphone microtime min mktime natsort next octdec ord pack pi pos pow prev printf quotemeta rad2deg rand range readfile rename reset rewind rmdir round rsort rtrim serialize sha1 shuffle sin sizeof sleep sort soundex sprintf sqrt sscanf stat strcmp strcspn strlen strpbrk strpos strrev strrpos strspn strstr strtok strtolower strtotime strtoupper strtr substr system tan tempnam time touch trim uasort ucfirst ucwords uksort umask uniqid unlink unpack unserialize usleep usort vprintf wordwrap',
  bash: 'if then else elif fi case esac for select while until do done in function time coproc break cd continue eval exec exit export getopts hash pwd readonly return set shift test times trap umask unset alias bind builtin caller command declare echo enable help let local logout mapfile printf read readarray source type typeset ulimit unalias main',
  javascript:
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof undefined var void while with yield require module exports',
  typescript:
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof undefined var void while with yield require module exports',
  go: 'break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var main init string int bool float64 len append make',
  scala:
    'abstract case catch class def do else extends false final finally for forSome if implicit import lazy macro match new null object override package private protected return sealed super this throw trait try true type val var while with yield main getClass hashCode equals toString notify notifyAll wait clone finalize',
  csharp:
    'abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else enum event explicit extern false finally fixed float for foreach goto if implicit in int interface internal is lock long namespace new null object operator out override params private protected public readonly ref return sbyte sealed short sizeof stackalloc static string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using virtual void volatile while Main Equals GetHashCode GetType ToString MemberwiseClone Finalize Solution Answer Program',
  haskell:
    'case class data default deriving do else foreign if import in infix infixl infixr instance let module newtype of then type where main abs acos acosh all and any appendFile asTypeOf asin asinh atan atan2 atanh break ceiling compare concat concatMap const cos cosh curry cycle decodeFloat div divMod drop dropWhile either elem encodeFloat enumFrom enumFromThen enumFromThenTo enumFromTo error even exp exponent fail filter flip floatDigits floatRadix floatRange floor fmap foldMap foldl foldl1 foldr foldr1 fromEnum fromInteger fromIntegral fromRational fst gcd getChar getContents getLine head id init interact ioError isDenormalized isIEEE isInfinite isNaN isNegativeZero iterate last lcm length lex lines log logBase lookup map mapM mapM_ mappend max maxBound maximum maybe mconcat mempty min minBound minimum mod negate not notElem null odd or otherwise pi pred print product properFraction pure putChar putStr putStrLn quot quotRem read readFile readIO readList readLn readParen reads realToFrac recip rem repeat replicate return reverse round scaleFloat scanl scanl1 scanr scanr1 seq sequence sequenceA sequence_ show showChar showList showParen showString shows showsPrec significand signum sin sinh snd span splitAt sqrt subtract succ sum tail take takeWhile tan tanh toEnum toInteger toRational traverse truncate uncurry undefined unlines until unwords unzip unzip3 userError words writeFile zip zip3 zipWith zipWith3',
  rust: 'as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref return self static struct super trait true type union unsafe use where while main abstract become box do final macro override priv try typeof unsized virtual yield',
}

/** Families of functions that PHP declares by the hundred. */
const BUILTINS: Readonly<Partial<Record<Language, RegExp>>> = {
  php: /^(?:array|str|mb|is|in|date|ctype|preg|json|spl|call|class|func|get|set|convert|number|parse|similar|substr|ucw?|html|iterator|random|base|bin|dec|hex|oct|count|error|file|key|key_exists|log\d*|money|move|nl2br|ob|print|stream|string|utf8|var|version|http|mt|lcg|array\w*|str\w*)(?:_\w+)?$/,
}
