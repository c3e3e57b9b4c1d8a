{-# LANGUAGE BangPatterns #-}
{-# LANGUAGE FlexibleInstances #-}
{-# LANGUAGE UndecidableInstances #-}

-- Calls one function of an answer: the call as JSON from descriptor 4, its result behind a nonce to descriptor 3. The
-- function's type says how its arguments are read. Compiled once for a judge; the answer is a module of its own, and one
-- of two lines gives its function to `callFromDescriptor`. A result is evaluated to its end before any of it is written.
module GepoCall (Call, FromJson, ToJson, callFromDescriptor) where

import Control.Exception (evaluate)
import Data.Char (chr, isDigit, isHexDigit, isSpace, ord)
import Data.Int (Int16, Int32, Int64, Int8)
import Data.List (sort)
import qualified Data.IntMap as IntMap
import qualified Data.IntSet as IntSet
import qualified Data.List.NonEmpty as NonEmpty
import qualified Data.Map as Map
import Data.Maybe (fromMaybe, listToMaybe, mapMaybe)
import qualified Data.Sequence as Sequence
import qualified Data.Set as Set
import qualified Data.Text as Text
import qualified Data.Text.Lazy as LazyText
import Data.Foldable (toList)
import Data.Word (Word16, Word32, Word64, Word8)
import GHC.IO.Handle.FD (fdToHandle)
import Numeric (readHex, showHex)
import Numeric.Natural (Natural)
import System.IO

-- Numbers stay as they are written until their type is known.
data Json
  = Null
  | Flag Bool
  | Number String
  | Text String
  | List [Json]
  | Record [(Json, Json)]
  | -- Of a record that is read: stands for what it would be without its quotes.
    Key String
  | -- Of what is written: no JSON, and why.
    None String

misfit :: String -> Json -> a
misfit wanted value = errorWithoutStackTrace ("the argument " ++ take 200 (render value "") ++ " is no " ++ wanted)

-- ---- JSON as text ----

parse :: String -> Json
parse text = case value (dropSpace text) of
  (result, rest) | null (dropSpace rest) -> result
  _ -> broken

broken :: a
broken = errorWithoutStackTrace "the call is no JSON"

dropSpace :: String -> String
dropSpace = dropWhile isSpace

value :: String -> (Json, String)
value ('[' : rest) = case dropSpace rest of
  ']' : after -> (List [], after)
  _ -> items [] (dropSpace rest)
value ('{' : rest) = case dropSpace rest of
  '}' : after -> (Record [], after)
  _ -> entries [] (dropSpace rest)
value ('"' : rest) = let (text, after) = string rest in (Text text, after)
value ('n' : 'u' : 'l' : 'l' : rest) = (Null, rest)
value ('t' : 'r' : 'u' : 'e' : rest) = (Flag True, rest)
value ('f' : 'a' : 'l' : 's' : 'e' : rest) = (Flag False, rest)
value text = case span (`elem` "+-.eE0123456789") text of
  ("", _) -> broken
  (number, rest) -> (Number number, rest)

items :: [Json] -> String -> (Json, String)
items before text = case value text of
  (item, rest) -> case dropSpace rest of
    ',' : more -> items (item : before) (dropSpace more)
    ']' : after -> (List (reverse (item : before)), after)
    _ -> broken

entries :: [(Json, Json)] -> String -> (Json, String)
entries before ('"' : text) =
  let (key, rest) = string text
   in case dropSpace rest of
        ':' : behind -> case value (dropSpace behind) of
          (item, after) -> case dropSpace after of
            ',' : more -> entries ((Key key, item) : before) (dropSpace more)
            '}' : end -> (Record (reverse ((Key key, item) : before)), end)
            _ -> broken
        _ -> broken
entries _ _ = broken

-- Behind its first quote.
string :: String -> (String, String)
string ('"' : rest) = ("", rest)
string ('\\' : 'u' : rest) = case unit rest of
  (high, '\\' : 'u' : more)
    | high >= 0xd800 && high < 0xdc00,
      (low, after) <- unit more,
      low >= 0xdc00 && low < 0xe000 ->
      before (chr (0x10000 + (high - 0xd800) * 0x400 + (low - 0xdc00))) (string after)
  (code, after) -> before (chr code) (string after)
string ('\\' : c : rest) = before (fromMaybe c (lookup c (zip "bfnrt" "\b\f\n\r\t"))) (string rest)
string (c : rest) = before c (string rest)
string "" = broken

before :: a -> ([a], b) -> ([a], b)
before c ~(text, rest) = (c : text, rest)

unit :: String -> (Int, String)
unit text = case splitAt 4 text of
  (digits, rest) | all isHexDigit digits, [(code, "")] <- readHex digits -> (code, rest)
  _ -> broken

render :: Json -> ShowS
render Null = showString "null"
render (Flag flag) = showString (if flag then "true" else "false")
render (Number text) = showString text
render (Text text) = showChar '"' . foldr ((.) . escaped) id text . showChar '"'
render (Key text) = render (Text text)
render (List list) = showChar '[' . separated (map render list) . showChar ']'
render (Record record) = showChar '{' . separated [render (asKey key) . showChar ':' . render item | (key, item) <- record] . showChar '}'
render (None why) = showString why

separated :: [ShowS] -> ShowS
separated [] = id
separated (first : others) = first . foldr (\each rest -> showChar ',' . each . rest) id others

-- Half a character has no bytes in UTF-8, but an escape, which equals nothing that a problem can expect.
escaped :: Char -> ShowS
escaped c
  | c < ' ' || c == '"' || c == '\\' || (c >= '\xd800' && c < '\xe000') =
    let digits = showHex (ord c) "" in showString ("\\u" ++ replicate (4 - length digits) '0' ++ digits)
  | otherwise = showChar c

asKey :: Json -> Json
asKey (Number text) = Text text
asKey (Flag flag) = Text (if flag then "true" else "false")
asKey key = key

-- Why a result is no JSON, if it is none; all of it is evaluated for that.
flaw :: Json -> Maybe String
flaw (None why) = Just why
flaw (List list) = listToMaybe (mapMaybe flaw list)
flaw (Record record)
  | any (not . isKey . fst) record = Just "a key that is neither text nor a number"
  | hasTwins [text | (key, _) <- record, Text text <- [asKey key]] = Just "two keys that are one in JSON"
  | otherwise = listToMaybe (mapMaybe (flaw . snd) record)
flaw _ = Nothing

isKey :: Json -> Bool
isKey key = case asKey key of
  Text _ -> True
  _ -> False

hasTwins :: [String] -> Bool
hasTwins keys = let sorted = sort keys in or (zipWith (==) sorted (drop 1 sorted))

-- ---- types ----

-- Arguments are evaluated before the call, so that one that does not fit fails it, used or not.
each :: (a -> b) -> [a] -> [b]
each convert = foldr (\item rest -> let !one = convert item; !others = rest in one : others) []

class FromJson a where
  fromJson :: Json -> a
  -- Of a list of them, as text is one of characters.
  listFromJson :: Json -> [a]
  listFromJson (List list) = each fromJson list
  listFromJson other = misfit "list" other

class ToJson a where
  toJson :: a -> Json
  listToJson :: [a] -> Json
  listToJson = List . map toJson

instance FromJson Bool where
  fromJson (Flag flag) = flag
  fromJson (Key "true") = True
  fromJson (Key "false") = False
  fromJson other = misfit "Bool" other

instance ToJson Bool where toJson = Flag

instance FromJson Char where
  fromJson (Text [c]) = c
  fromJson (Key [c]) = c
  fromJson other = misfit "Char" other
  listFromJson (Text text) = text
  listFromJson (Key text) = text
  listFromJson (List list) = each fromJson list
  listFromJson other = misfit "String" other

instance ToJson Char where
  toJson c = Text [c]
  listToJson = Text

instance FromJson a => FromJson [a] where fromJson = listFromJson
instance ToJson a => ToJson [a] where toJson = listToJson

-- Its digits as a whole number, and the power of ten that it is multiplied by.
decimal :: String -> Maybe (Integer, Int)
decimal text = case text of
  '-' : digits -> (\(number, power) -> (negate number, power)) <$> unsigned digits
  '+' : digits -> unsigned digits
  digits -> unsigned digits
  where
    unsigned digits = case span isDigit digits of
      (whole, '.' : rest) | (fraction, end) <- span isDigit rest -> power (whole ++ fraction) (length fraction) end
      (whole, end) -> power whole 0 end
    power "" _ _ = Nothing
    power digits places "" = Just (read digits, negate places)
    power digits places (e : exponent)
      | e `elem` "eE", (sign, number@(_ : _)) <- signOf exponent, all isDigit number = Just (read digits, sign * read number - places)
    power _ _ _ = Nothing
    signOf ('-' : number) = (-1, number)
    signOf ('+' : number) = (1, number)
    signOf number = (1, number)

-- A float without a fraction is a whole number, too.
wholeOf :: Json -> Maybe Integer
wholeOf json = textOf json >>= decimal >>= whole
  where
    whole (number, power)
      | power >= 0 = Just (number * 10 ^ power)
      | number == 0 = Just 0
      -- More zeros than it has digits cannot be taken away.
      | power < -400 = Nothing
      | (quotient, 0) <- number `quotRem` (10 ^ negate power) = Just quotient
      | otherwise = Nothing

textOf :: Json -> Maybe String
textOf (Number text) = Just text
textOf (Key text) = Just text
textOf _ = Nothing

whole :: Json -> Integer
whole json = fromMaybe (misfit "whole number" json) (wholeOf json)

bounded :: (Integral a, Bounded a) => Json -> a
bounded json
  | number < toInteger (minBound `asTypeOf` result) || number > toInteger (maxBound `asTypeOf` result) = misfit "whole number of its type" json
  | otherwise = result
  where
    number = whole json
    result = fromInteger number

number :: RealFrac a => Json -> a
number json = case textOf json >>= decimal of
  Nothing -> misfit "number" json
  Just (digits, power)
    | power >= 0 -> fromInteger (digits * 10 ^ min power 400)
    | power < -800 -> 0
    | otherwise -> fromRational (toRational digits / 10 ^ negate power)

showWhole :: (Show a) => a -> Json
showWhole = Number . show

showFloat :: (RealFloat a, Show a) => a -> Json
showFloat float
  | isNaN float || isInfinite float = None (show float)
  | otherwise = Number (show float)

instance FromJson Integer where fromJson = whole
instance ToJson Integer where toJson = showWhole
instance FromJson Natural where
  fromJson json = if whole json < 0 then misfit "Natural" json else fromInteger (whole json)
instance ToJson Natural where toJson = showWhole
instance FromJson Int where fromJson = bounded
instance ToJson Int where toJson = showWhole
instance FromJson Int8 where fromJson = bounded
instance ToJson Int8 where toJson = showWhole
instance FromJson Int16 where fromJson = bounded
instance ToJson Int16 where toJson = showWhole
instance FromJson Int32 where fromJson = bounded
instance ToJson Int32 where toJson = showWhole
instance FromJson Int64 where fromJson = bounded
instance ToJson Int64 where toJson = showWhole
instance FromJson Word where fromJson = bounded
instance ToJson Word where toJson = showWhole
instance FromJson Word8 where fromJson = bounded
instance ToJson Word8 where toJson = showWhole
instance FromJson Word16 where fromJson = bounded
instance ToJson Word16 where toJson = showWhole
instance FromJson Word32 where fromJson = bounded
instance ToJson Word32 where toJson = showWhole
instance FromJson Word64 where fromJson = bounded
instance ToJson Word64 where toJson = showWhole
instance FromJson Double where fromJson = number
instance ToJson Double where toJson = showFloat
instance FromJson Float where fromJson = number
instance ToJson Float where toJson = showFloat

instance FromJson a => FromJson (Maybe a) where
  fromJson Null = Nothing
  fromJson json = Just $! fromJson json
instance ToJson a => ToJson (Maybe a) where toJson = maybe Null toJson

instance ToJson () where toJson () = Null

instance (FromJson a, FromJson b) => FromJson (a, b) where
  fromJson (List [a, b]) = let !a' = fromJson a; !b' = fromJson b in (a', b')
  fromJson other = misfit "pair" other
instance (ToJson a, ToJson b) => ToJson (a, b) where toJson (a, b) = List [toJson a, toJson b]
instance (FromJson a, FromJson b, FromJson c) => FromJson (a, b, c) where
  fromJson (List [a, b, c]) = let !a' = fromJson a; !b' = fromJson b; !c' = fromJson c in (a', b', c')
  fromJson other = misfit "tuple of three" other
instance (ToJson a, ToJson b, ToJson c) => ToJson (a, b, c) where toJson (a, b, c) = List [toJson a, toJson b, toJson c]
instance (FromJson a, FromJson b, FromJson c, FromJson d) => FromJson (a, b, c, d) where
  fromJson (List [a, b, c, d]) = let !a' = fromJson a; !b' = fromJson b; !c' = fromJson c; !d' = fromJson d in (a', b', c', d')
  fromJson other = misfit "tuple of four" other
instance (ToJson a, ToJson b, ToJson c, ToJson d) => ToJson (a, b, c, d) where
  toJson (a, b, c, d) = List [toJson a, toJson b, toJson c, toJson d]
instance (FromJson a, FromJson b, FromJson c, FromJson d, FromJson e) => FromJson (a, b, c, d, e) where
  fromJson (List [a, b, c, d, e]) = let !a' = fromJson a; !b' = fromJson b; !c' = fromJson c; !d' = fromJson d; !e' = fromJson e in (a', b', c', d', e')
  fromJson other = misfit "tuple of five" other
instance (ToJson a, ToJson b, ToJson c, ToJson d, ToJson e) => ToJson (a, b, c, d, e) where
  toJson (a, b, c, d, e) = List [toJson a, toJson b, toJson c, toJson d, toJson e]

entriesOf :: (FromJson k, FromJson v) => Json -> [(k, v)]
entriesOf (Record record) = each (\(key, item) -> let !key' = fromJson key; !item' = fromJson item in (key', item')) record
entriesOf other = misfit "map" other

instance (Ord k, FromJson k, FromJson v) => FromJson (Map.Map k v) where fromJson = Map.fromList . entriesOf
instance (ToJson k, ToJson v) => ToJson (Map.Map k v) where
  toJson entries = Record [(toJson key, toJson item) | (key, item) <- Map.toList entries]
instance FromJson v => FromJson (IntMap.IntMap v) where fromJson = IntMap.fromList . entriesOf
instance ToJson v => ToJson (IntMap.IntMap v) where
  toJson entries = Record [(toJson key, toJson item) | (key, item) <- IntMap.toList entries]
instance (Ord a, FromJson a) => FromJson (Set.Set a) where fromJson = Set.fromList . fromJson
instance ToJson a => ToJson (Set.Set a) where toJson = toJson . toList
instance FromJson IntSet.IntSet where fromJson = IntSet.fromList . fromJson
instance ToJson IntSet.IntSet where toJson = toJson . IntSet.toList
instance FromJson a => FromJson (Sequence.Seq a) where fromJson = Sequence.fromList . fromJson
instance ToJson a => ToJson (Sequence.Seq a) where toJson = toJson . toList
instance FromJson a => FromJson (NonEmpty.NonEmpty a) where
  fromJson json = fromMaybe (misfit "list of one item or more" json) (NonEmpty.nonEmpty (fromJson json))
instance ToJson a => ToJson (NonEmpty.NonEmpty a) where toJson = toJson . toList
instance FromJson Text.Text where fromJson = Text.pack . fromJson
instance ToJson Text.Text where toJson = Text . Text.unpack
instance FromJson LazyText.Text where fromJson = LazyText.pack . fromJson
instance ToJson LazyText.Text where toJson = Text . LazyText.unpack

-- ---- the call ----

class Call f where
  call :: f -> [Json] -> IO Json

instance (FromJson a, Call b) => Call (a -> b) where
  call function (first : others) = call (function $! fromJson first) others
  call _ [] = errorWithoutStackTrace "the function takes more arguments than the tests pass"

instance {-# OVERLAPPABLE #-} ToJson r => Call r where
  call result [] = pure (toJson result)
  call _ _ = errorWithoutStackTrace "the function takes fewer arguments than the tests pass"

instance {-# OVERLAPPING #-} ToJson r => Call (IO r) where
  call action [] = toJson <$> action
  call _ _ = errorWithoutStackTrace "the function takes fewer arguments than the tests pass"

callFromDescriptor :: Call f => f -> IO ()
callFromDescriptor function = do
  source <- fdToHandle 4
  hSetEncoding source utf8
  text <- hGetContents source
  case parse text of
    Record record | Just (Text nonce) <- field "nonce" record, Just (List arguments) <- field "arguments" record -> do
      result <- call function arguments
      let written = maybe (render result "") ('!' :) (flaw result)
      _ <- evaluate (length written)
      channel <- fdToHandle 3
      hSetEncoding channel utf8
      hPutStr channel (nonce ++ "\n" ++ written)
      hClose channel
    _ -> broken
  where
    field name record = listToMaybe [item | (Key key, item) <- record, key == name]
