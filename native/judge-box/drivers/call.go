// Package call calls one function of an answer: the call as JSON from descriptor 4, its result behind a nonce to
// descriptor 3. The answer is a package of its own; one line in a second file of it hands over the function. The
// function's declared types say how arguments are read.
package call

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"
)

var (
	function any
	// What int32 and uint8 are to the function: it calls them rune and byte, or else they are numbers.
	characters = map[reflect.Kind]bool{}
)

// Take is told the function, and which of the words rune and byte its declaration uses.
func Take(given any, words string) {
	function = given
	characters[reflect.Int32] = strings.Contains(words, "rune")
	characters[reflect.Uint8] = strings.Contains(words, "byte")
}

// Run calls what was taken, and ends the process.
func Run() {
	var call struct {
		Nonce     string
		Arguments []any
	}
	text, err := io.ReadAll(os.NewFile(4, "call"))
	if err == nil {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		err = decoder.Decode(&call)
	}
	if err != nil {
		stop(err)
	}
	target := reflect.ValueOf(function)
	if target.Kind() != reflect.Func || target.IsNil() {
		stop(errors.New("what has the function's name is no function"))
	}
	arguments, err := readAll(call.Arguments, target.Type())
	if err != nil {
		stop(err)
	}
	written, err := writeResults(target.Call(arguments))
	if err != nil {
		written = "!" + strings.ToValidUTF8(err.Error(), "?")
	}
	if _, err := os.NewFile(3, "result").WriteString(call.Nonce + "\n" + written); err != nil {
		stop(err)
	}
	os.Exit(0)
}

func stop(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func misfit(value any, to reflect.Type) error {
	return fmt.Errorf("the argument %v does not fit its type %v", value, to)
}

// readAll reads arguments as the parameters' types. Those of a variadic function stand alone or in one list.
func readAll(values []any, of reflect.Type) ([]reflect.Value, error) {
	count := of.NumIn()
	fixed := count
	if of.IsVariadic() {
		fixed = count - 1
	}
	if len(values) < fixed || (len(values) > fixed && !of.IsVariadic()) {
		return nil, fmt.Errorf("the function takes %d arguments, not %d", count, len(values))
	}
	arguments := make([]reflect.Value, len(values))
	for i, value := range values {
		to := reflect.New(typeAt(of, i, fixed)).Elem()
		if err := read(value, to); err != nil {
			if i == fixed && len(values) == count {
				return readSpread(arguments[:fixed], value, of.In(fixed))
			}
			return nil, err
		}
		arguments[i] = to
	}
	return arguments, nil
}

func typeAt(of reflect.Type, place, fixed int) reflect.Type {
	if place < fixed {
		return of.In(place)
	}
	return of.In(fixed).Elem()
}

func readSpread(arguments []reflect.Value, value any, of reflect.Type) ([]reflect.Value, error) {
	items := reflect.New(of).Elem()
	if err := read(value, items); err != nil {
		return nil, err
	}
	for i := 0; i < items.Len(); i++ {
		arguments = append(arguments, items.Index(i))
	}
	return arguments, nil
}

func read(value any, to reflect.Value) error {
	switch kind := to.Kind(); {
	case isBigInt(to.Type()):
		return readBigInt(value, to)
	case kind == reflect.Interface && to.NumMethod() == 0:
		if plain := asWritten(value); plain != nil {
			to.Set(reflect.ValueOf(plain))
		}
		return nil
	case kind == reflect.Pointer:
		if value == nil {
			return nil
		}
		to.Set(reflect.New(to.Type().Elem()))
		return read(value, to.Elem())
	case kind == reflect.Slice:
		return readSlice(value, to)
	case kind == reflect.Array || kind == reflect.Struct:
		return readPlaces(value, to)
	case kind == reflect.Map:
		return readMap(value, to)
	}
	switch value := value.(type) {
	case bool:
		if to.Kind() == reflect.Bool {
			to.SetBool(value)
			return nil
		}
	case string:
		if to.Kind() == reflect.String {
			to.SetString(value)
			return nil
		}
		if code, size := utf8.DecodeRuneInString(value); size == len(value) && size > 0 {
			return readCharacter(code, to)
		}
	case json.Number:
		return readNumber(value.String(), to)
	}
	return misfit(value, to.Type())
}

func readCharacter(code rune, to reflect.Value) error {
	switch {
	case !characters[to.Kind()]:
	case to.Kind() == reflect.Int32:
		to.SetInt(int64(code))
		return nil
	case code < utf8.RuneSelf:
		to.SetUint(uint64(code))
		return nil
	}
	return misfit(strconv.QuoteRune(code), to.Type())
}

// readNumber takes a float without a fraction for a whole number, too: 2.0 is 2, and 1e3 is 1000.
func readNumber(text string, to reflect.Value) error {
	float, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return misfit(text, to.Type())
	}
	switch {
	case to.CanFloat():
		to.SetFloat(float)
		return nil
	case to.CanInt():
		whole, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			whole, err = int64(float), nil
			if float != math.Trunc(float) || math.Abs(float) >= 1<<63 {
				break
			}
		}
		if !to.OverflowInt(whole) {
			to.SetInt(whole)
			return nil
		}
	case to.CanUint():
		whole, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			whole = uint64(float)
			if float != math.Trunc(float) || float < 0 || float >= 1<<64 {
				break
			}
		}
		if !to.OverflowUint(whole) {
			to.SetUint(whole)
			return nil
		}
	}
	return misfit(text, to.Type())
}

// Of math/big, which is not linked with every answer for this.
func isBigInt(of reflect.Type) bool { return of.PkgPath() == "math/big" && of.Name() == "Int" }

func readBigInt(value any, to reflect.Value) error {
	number, isNumber := value.(json.Number)
	whole := reflect.New(reflect.TypeOf(int64(0))).Elem()
	if !isNumber || readNumber(number.String(), whole) != nil {
		return misfit(value, to.Type())
	}
	return to.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(strconv.FormatInt(whole.Int(), 10)))
}

func readSlice(value any, to reflect.Value) error {
	item := to.Type().Elem().Kind()
	if text, isText := value.(string); isText && characters[item] {
		to.Set(reflect.ValueOf(text).Convert(to.Type()))
		return nil
	}
	items, isList := value.([]any)
	if !isList {
		return misfit(value, to.Type())
	}
	to.Set(reflect.MakeSlice(to.Type(), len(items), len(items)))
	return readItems(items, to.Index)
}

// readPlaces reads what has as many places as the list has items: an array, or a struct as Go's tuple.
func readPlaces(value any, to reflect.Value) error {
	places, place := to.Len, to.Index
	if to.Kind() == reflect.Struct {
		places = to.NumField
		place = func(i int) reflect.Value {
			field := to.Field(i)
			return reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem()
		}
	}
	items, isList := value.([]any)
	if !isList || len(items) != places() || !isOfAnswer(to.Type()) {
		return misfit(value, to.Type())
	}
	return readItems(items, place)
}

func readItems(items []any, place func(int) reflect.Value) error {
	for i, item := range items {
		if err := read(item, place(i)); err != nil {
			return err
		}
	}
	return nil
}

func readMap(value any, to reflect.Value) error {
	record, isRecord := value.(map[string]any)
	if !isRecord {
		return misfit(value, to.Type())
	}
	of := to.Type()
	to.Set(reflect.MakeMap(of))
	for text, item := range record {
		key, entry := reflect.New(of.Key()).Elem(), reflect.New(of.Elem()).Elem()
		if err := readKey(text, key); err != nil {
			return err
		}
		if err := read(item, entry); err != nil {
			return err
		}
		to.SetMapIndex(key, entry)
	}
	return nil
}

// readKey reads what a key stands for without its quotes.
func readKey(text string, to reflect.Value) error {
	switch {
	case to.Kind() == reflect.Bool && (text == "true" || text == "false"):
		return read(text == "true", to)
	case to.CanInt() || to.CanUint() || to.CanFloat():
		if characters[to.Kind()] && utf8.RuneCountInString(text) == 1 {
			return read(text, to)
		}
		return readNumber(text, to)
	}
	return read(text, to)
}

// asWritten is a value as a caller would write it where anything is taken.
func asWritten(value any) any {
	switch value := value.(type) {
	case []any:
		for i, item := range value {
			value[i] = asWritten(item)
		}
	case map[string]any:
		for key, item := range value {
			value[key] = asWritten(item)
		}
	case json.Number:
		if whole, err := strconv.Atoi(value.String()); err == nil {
			return whole
		}
		float, _ := value.Float64()
		return float
	}
	return value
}

// isOfAnswer tells types that the answer made from those of the library.
func isOfAnswer(of reflect.Type) bool { return of.PkgPath() == "" || of.PkgPath() == "answer" }

// writeResults writes one result as it is, none as null, and several as a tuple.
func writeResults(results []reflect.Value) (string, error) {
	switch len(results) {
	case 0:
		return "null", nil
	case 1:
		text, err := write(nil, results[0])
		return string(text), err
	}
	text, err := writeList(nil, len(results), func(i int) reflect.Value { return results[i] })
	return string(text), err
}

func write(out []byte, value reflect.Value) ([]byte, error) {
	if !value.IsValid() {
		return append(out, "null"...), nil
	}
	of := value.Type()
	switch kind := value.Kind(); {
	case kind == reflect.Interface && value.IsNil(), kind == reflect.Pointer && value.IsNil():
		return append(out, "null"...), nil
	case of.Implements(reflect.TypeOf((*error)(nil)).Elem()):
		return nil, errors.New("an error")
	case kind == reflect.Pointer && isBigInt(of.Elem()) && value.CanInterface():
		return append(out, value.Interface().(fmt.Stringer).String()...), nil
	case isBigInt(of) && value.CanInterface():
		copy := reflect.New(of)
		copy.Elem().Set(value)
		return write(out, copy)
	case kind == reflect.Interface || kind == reflect.Pointer:
		return write(out, value.Elem())
	case kind == reflect.Bool:
		return strconv.AppendBool(out, value.Bool()), nil
	case kind == reflect.String:
		return writeText(out, value.String())
	case characters[kind] && value.CanInt():
		return writeCharacter(out, uint64(uint32(value.Int())))
	case characters[kind]:
		// What is no ASCII is a part of a character alone.
		if value.Uint() >= utf8.RuneSelf {
			return nil, errors.New("a byte that is no UTF-8")
		}
		return writeCharacter(out, value.Uint())
	case value.CanInt():
		return strconv.AppendInt(out, value.Int(), 10), nil
	case value.CanUint() && kind != reflect.Uintptr:
		return strconv.AppendUint(out, value.Uint(), 10), nil
	case value.CanFloat():
		return writeFloat(out, value)
	case kind == reflect.Slice || kind == reflect.Array:
		return writeList(out, value.Len(), value.Index)
	case kind == reflect.Struct && isOfAnswer(of):
		return writeList(out, value.NumField(), value.Field)
	case kind == reflect.Map:
		return writeMap(out, value)
	}
	return nil, errors.New("a " + of.String())
}

func writeFloat(out []byte, value reflect.Value) ([]byte, error) {
	float := value.Float()
	if math.IsNaN(float) || math.IsInf(float, 0) {
		return nil, errors.New(strconv.FormatFloat(float, 'g', -1, 64))
	}
	// The shortest that reads back as the same number of its type.
	return strconv.AppendFloat(out, float, 'g', -1, value.Type().Bits()), nil
}

func writeCharacter(out []byte, code uint64) ([]byte, error) {
	if code > utf8.MaxRune || !utf8.ValidRune(rune(code)) {
		return nil, errors.New("a rune that is no character")
	}
	return writeText(out, string(rune(code)))
}

func writeText(out []byte, text string) ([]byte, error) {
	if !utf8.ValidString(text) {
		return nil, errors.New("a text that is no UTF-8")
	}
	quoted, err := json.Marshal(text)
	return append(out, quoted...), err
}

func writeList(out []byte, count int, item func(int) reflect.Value) ([]byte, error) {
	var err error
	out = append(out, '[')
	for i := 0; i < count && err == nil; i++ {
		if i > 0 {
			out = append(out, ',')
		}
		out, err = write(out, item(i))
	}
	return append(out, ']'), err
}

func writeMap(out []byte, value reflect.Value) ([]byte, error) {
	seen := map[string]bool{}
	out = append(out, '{')
	for entries := value.MapRange(); entries.Next(); {
		key, err := writeKey(entries.Key())
		if err == nil && seen[key] {
			err = errors.New("two keys that are one in JSON")
		}
		if err != nil {
			return nil, err
		}
		if len(seen) > 0 {
			out = append(out, ',')
		}
		seen[key] = true
		out = append(append(out, key...), ':')
		if out, err = write(out, entries.Value()); err != nil {
			return nil, err
		}
	}
	return append(out, '}'), nil
}

// writeKey writes texts as they are, and numbers and flags between quotes.
func writeKey(value reflect.Value) (string, error) {
	key, err := write(nil, value)
	if err != nil || key[0] == '"' {
		return string(key), err
	}
	if key[0] == '[' || key[0] == '{' || key[0] == 'n' {
		return "", errors.New("a key that is no text")
	}
	return `"` + string(key) + `"`, nil
}
