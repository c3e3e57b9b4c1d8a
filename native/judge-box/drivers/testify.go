// Package assert has what tests use of a well-known package of this name, in words of its own: a failed assertion fails
// the test. The same file, under another package's name, ends the test at once, where that package's sister does.
package assert

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"strings"
)

// T is what a test of the package testing can do.
type T interface {
	Errorf(format string, values ...interface{})
}

type failer interface{ FailNow() }

// Assertions has the same for one test, as methods.
type Assertions struct{ t T }

func New(t T) *Assertions { return &Assertions{t} }

func check(t T, holds bool, what string, message []interface{}) bool {
	if holds {
		return true
	}
	t.Errorf("%s %s", what, fmt.Sprint(message...))
	if stops {
		if stopping, can := t.(failer); can {
			stopping.FailNow()
		}
	}
	return false
}

var stops = reflect.TypeOf(Assertions{}).PkgPath() == "github.com/stretchr/testify/require"

func same(expected, actual interface{}) bool {
	left, isBytes := expected.([]byte)
	right, areBytes := actual.([]byte)
	if isBytes && areBytes && left != nil && right != nil {
		return bytes.Equal(left, right)
	}
	return reflect.DeepEqual(expected, actual)
}

func isNil(value interface{}) bool {
	if value == nil {
		return true
	}
	switch held := reflect.ValueOf(value); held.Kind() {
	case reflect.Chan, reflect.Func, reflect.Interface, reflect.Map, reflect.Ptr, reflect.Slice, reflect.UnsafePointer:
		return held.IsNil()
	}
	return false
}

func isEmpty(value interface{}) bool {
	if isNil(value) {
		return true
	}
	switch held := reflect.ValueOf(value); held.Kind() {
	case reflect.Chan, reflect.Map, reflect.Slice, reflect.Array, reflect.String:
		return held.Len() == 0
	default:
		return held.IsZero()
	}
}

func number(value interface{}) (float64, bool) {
	switch held := reflect.ValueOf(value); {
	case !held.IsValid():
		return 0, false
	case held.CanInt():
		return float64(held.Int()), true
	case held.CanUint():
		return float64(held.Uint()), true
	case held.CanFloat():
		return held.Float(), true
	}
	return 0, false
}

func near(expected, actual interface{}, delta float64) bool {
	left, isNumber := number(expected)
	right, areNumbers := number(actual)
	return isNumber && areNumbers && (math.Abs(left-right) <= delta || math.IsNaN(left) && math.IsNaN(right))
}

func compare(left, right interface{}) (int, bool) {
	a, isNumber := number(left)
	b, areNumbers := number(right)
	if isNumber && areNumbers {
		if a < b {
			return -1, true
		}
		if a > b {
			return 1, true
		}
		return 0, true
	}
	first, isText := left.(string)
	second, areTexts := right.(string)
	return strings.Compare(first, second), isText && areTexts
}

func contains(holder, item interface{}) bool {
	if text, isText := holder.(string); isText {
		part, isPart := item.(string)
		return isPart && strings.Contains(text, part)
	}
	held := reflect.ValueOf(holder)
	switch held.Kind() {
	case reflect.Map:
		for _, key := range held.MapKeys() {
			if same(key.Interface(), item) {
				return true
			}
		}
	case reflect.Slice, reflect.Array:
		for i := 0; i < held.Len(); i++ {
			if same(held.Index(i).Interface(), item) {
				return true
			}
		}
	}
	return false
}

func sameElements(left, right interface{}) bool {
	a, b := reflect.ValueOf(left), reflect.ValueOf(right)
	if isEmpty(left) && isEmpty(right) {
		return true
	}
	if !a.IsValid() || !b.IsValid() || a.Len() != b.Len() {
		return false
	}
	taken := make([]bool, b.Len())
	for i := 0; i < a.Len(); i++ {
		found := false
		for j := 0; j < b.Len() && !found; j++ {
			if !taken[j] && same(a.Index(i).Interface(), b.Index(j).Interface()) {
				taken[j], found = true, true
			}
		}
		if !found {
			return false
		}
	}
	return true
}

func panics(f func()) (did bool) {
	did = true
	defer func() { recover() }()
	f()
	return false
}

func Equal(t T, expected, actual interface{}, message ...interface{}) bool {
	return check(t, same(expected, actual), fmt.Sprintf("expected %#v, got %#v", expected, actual), message)
}

func NotEqual(t T, expected, actual interface{}, message ...interface{}) bool {
	return check(t, !same(expected, actual), fmt.Sprintf("got %#v", actual), message)
}

func EqualValues(t T, expected, actual interface{}, message ...interface{}) bool {
	equal := same(expected, actual)
	if from, to := reflect.ValueOf(expected), reflect.TypeOf(actual); !equal && from.IsValid() && to != nil {
		equal = from.Type().ConvertibleTo(to) && same(from.Convert(to).Interface(), actual)
	}
	return check(t, equal, fmt.Sprintf("expected %#v, got %#v", expected, actual), message)
}

func True(t T, value bool, message ...interface{}) bool {
	return check(t, value, "expected true", message)
}

func False(t T, value bool, message ...interface{}) bool {
	return check(t, !value, "expected false", message)
}

func Nil(t T, value interface{}, message ...interface{}) bool {
	return check(t, isNil(value), fmt.Sprintf("expected nil, got %#v", value), message)
}

func NotNil(t T, value interface{}, message ...interface{}) bool {
	return check(t, !isNil(value), "got nil", message)
}

func Empty(t T, value interface{}, message ...interface{}) bool {
	return check(t, isEmpty(value), fmt.Sprintf("expected nothing, got %#v", value), message)
}

func NotEmpty(t T, value interface{}, message ...interface{}) bool {
	return check(t, !isEmpty(value), "got nothing", message)
}

func Zero(t T, value interface{}, message ...interface{}) bool {
	return check(t, value == nil || reflect.ValueOf(value).IsZero(), fmt.Sprintf("got %#v", value), message)
}

func Len(t T, value interface{}, length int, message ...interface{}) bool {
	held := reflect.ValueOf(value)
	return check(t, held.IsValid() && held.Len() == length, fmt.Sprintf("expected %d of them: %#v", length, value), message)
}

func InDelta(t T, expected, actual interface{}, delta float64, message ...interface{}) bool {
	return check(t, near(expected, actual, delta), fmt.Sprintf("expected about %v, got %v", expected, actual), message)
}

func InEpsilon(t T, expected, actual interface{}, epsilon float64, message ...interface{}) bool {
	size, _ := number(expected)
	return InDelta(t, expected, actual, epsilon*math.Abs(size), message...)
}

func InDeltaSlice(t T, expected, actual interface{}, delta float64, message ...interface{}) bool {
	a, b := reflect.ValueOf(expected), reflect.ValueOf(actual)
	equal := a.IsValid() && b.IsValid() && a.Len() == b.Len()
	for i := 0; equal && i < a.Len(); i++ {
		equal = near(a.Index(i).Interface(), b.Index(i).Interface(), delta)
	}
	return check(t, equal, fmt.Sprintf("expected about %v, got %v", expected, actual), message)
}

func Contains(t T, holder, item interface{}, message ...interface{}) bool {
	return check(t, contains(holder, item), fmt.Sprintf("%#v is not in %#v", item, holder), message)
}

func NotContains(t T, holder, item interface{}, message ...interface{}) bool {
	return check(t, !contains(holder, item), fmt.Sprintf("%#v is in %#v", item, holder), message)
}

func ElementsMatch(t T, left, right interface{}, message ...interface{}) bool {
	return check(t, sameElements(left, right), fmt.Sprintf("%#v and %#v differ", left, right), message)
}

func Error(t T, err error, message ...interface{}) bool {
	return check(t, err != nil, "expected an error", message)
}

func NoError(t T, err error, message ...interface{}) bool {
	return check(t, err == nil, fmt.Sprint("error: ", err), message)
}

func EqualError(t T, err error, text string, message ...interface{}) bool {
	return check(t, err != nil && err.Error() == text, fmt.Sprint("error: ", err), message)
}

func Greater(t T, left, right interface{}, message ...interface{}) bool {
	order, can := compare(left, right)
	return check(t, can && order > 0, fmt.Sprintf("%v is not above %v", left, right), message)
}

func GreaterOrEqual(t T, left, right interface{}, message ...interface{}) bool {
	order, can := compare(left, right)
	return check(t, can && order >= 0, fmt.Sprintf("%v is below %v", left, right), message)
}

func Less(t T, left, right interface{}, message ...interface{}) bool {
	order, can := compare(left, right)
	return check(t, can && order < 0, fmt.Sprintf("%v is not below %v", left, right), message)
}

func LessOrEqual(t T, left, right interface{}, message ...interface{}) bool {
	order, can := compare(left, right)
	return check(t, can && order <= 0, fmt.Sprintf("%v is above %v", left, right), message)
}

func Panics(t T, f func(), message ...interface{}) bool {
	return check(t, panics(f), "expected a panic", message)
}

func NotPanics(t T, f func(), message ...interface{}) bool {
	return check(t, !panics(f), "there was a panic", message)
}

func Fail(t T, what string, message ...interface{}) bool {
	return check(t, false, what, message)
}

func (a *Assertions) Equal(expected, actual interface{}, message ...interface{}) bool {
	return Equal(a.t, expected, actual, message...)
}
func (a *Assertions) NotEqual(expected, actual interface{}, message ...interface{}) bool {
	return NotEqual(a.t, expected, actual, message...)
}
func (a *Assertions) EqualValues(expected, actual interface{}, message ...interface{}) bool {
	return EqualValues(a.t, expected, actual, message...)
}
func (a *Assertions) True(value bool, message ...interface{}) bool { return True(a.t, value, message...) }
func (a *Assertions) False(value bool, message ...interface{}) bool {
	return False(a.t, value, message...)
}
func (a *Assertions) Nil(value interface{}, message ...interface{}) bool {
	return Nil(a.t, value, message...)
}
func (a *Assertions) NotNil(value interface{}, message ...interface{}) bool {
	return NotNil(a.t, value, message...)
}
func (a *Assertions) Empty(value interface{}, message ...interface{}) bool {
	return Empty(a.t, value, message...)
}
func (a *Assertions) NotEmpty(value interface{}, message ...interface{}) bool {
	return NotEmpty(a.t, value, message...)
}
func (a *Assertions) Len(value interface{}, length int, message ...interface{}) bool {
	return Len(a.t, value, length, message...)
}
func (a *Assertions) InDelta(expected, actual interface{}, delta float64, message ...interface{}) bool {
	return InDelta(a.t, expected, actual, delta, message...)
}
func (a *Assertions) InDeltaSlice(expected, actual interface{}, delta float64, message ...interface{}) bool {
	return InDeltaSlice(a.t, expected, actual, delta, message...)
}
func (a *Assertions) Contains(holder, item interface{}, message ...interface{}) bool {
	return Contains(a.t, holder, item, message...)
}
func (a *Assertions) NotContains(holder, item interface{}, message ...interface{}) bool {
	return NotContains(a.t, holder, item, message...)
}
func (a *Assertions) ElementsMatch(left, right interface{}, message ...interface{}) bool {
	return ElementsMatch(a.t, left, right, message...)
}
func (a *Assertions) Error(err error, message ...interface{}) bool { return Error(a.t, err, message...) }
func (a *Assertions) NoError(err error, message ...interface{}) bool {
	return NoError(a.t, err, message...)
}
func (a *Assertions) Greater(left, right interface{}, message ...interface{}) bool {
	return Greater(a.t, left, right, message...)
}
func (a *Assertions) Less(left, right interface{}, message ...interface{}) bool {
	return Less(a.t, left, right, message...)
}
func (a *Assertions) Panics(f func(), message ...interface{}) bool { return Panics(a.t, f, message...) }
