//! Calls one function of an answer: the call as JSON from descriptor 4, its result behind a nonce to descriptor 3. A
//! crate of its own: one module behind the answer's last line names the function, and its types say how JSON is read.
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::fs::File;
use std::hash::{BuildHasher, Hash};
use std::io::{Read, Write};
use std::os::unix::io::FromRawFd;
use std::rc::Rc;
use std::sync::Arc;

/// A JSON value. Numbers stay as they are written until their type is known; a key is what it would be without quotes.
pub enum Value {
    Null,
    Flag(bool),
    Number(String),
    Text(String),
    Key(String),
    List(Vec<Value>),
    Record(Vec<(Value, Value)>),
}

/// Calls the function with the arguments of the call, and ends the process.
pub fn run<Arguments, F: Function<Arguments>>(function: F) -> ! {
    let mut text = String::new();
    if unsafe { File::from_raw_fd(4) }.read_to_string(&mut text).is_err() {
        stop("the call cannot be read");
    }
    let call = Reader { text: text.as_bytes(), at: 0 }.value();
    let mut out = Writer { text: String::new(), flaw: None };
    function.call(items_of(field(&call, "arguments"), None), &mut out);
    let result = match out.flaw {
        Some(flaw) => format!("!{}", flaw),
        None => out.text,
    };
    let message = format!("{}\n{}", text_of(field(&call, "nonce")), result);
    if unsafe { File::from_raw_fd(3) }.write_all(message.as_bytes()).is_err() {
        stop("the result cannot be written");
    }
    std::process::exit(0)
}

fn stop(why: &str) -> ! {
    eprintln!("{}", why);
    std::process::exit(1)
}

fn misfit(value: &Value) -> ! {
    let shown = match value {
        Value::Null => "null",
        Value::Flag(flag) => if *flag { "true" } else { "false" },
        Value::Number(text) | Value::Text(text) | Value::Key(text) => text,
        Value::List(_) | Value::Record(_) => "a list or record",
    };
    stop(&format!("the argument {} does not fit its type", shown))
}

fn field<'a>(call: &'a Value, name: &str) -> &'a Value {
    match call {
        Value::Record(fields) => &fields.iter().find(|(key, _)| text_of(key) == name).expect("a whole call").1,
        _ => misfit(call),
    }
}

fn text_of(value: &Value) -> &str {
    match value {
        Value::Text(text) | Value::Key(text) => text,
        _ => misfit(value),
    }
}

/// Of a list; `count` is how many there must be.
fn items_of(value: &Value, count: Option<usize>) -> &[Value] {
    match value {
        Value::List(items) if count.map_or(true, |wanted| wanted == items.len()) => items,
        _ => misfit(value),
    }
}

// ---- arguments ----

pub trait FromJson {
    fn read(value: &Value) -> Self;
}

impl FromJson for bool {
    fn read(value: &Value) -> bool {
        match value {
            Value::Flag(flag) => *flag,
            Value::Key(text) if text == "true" => true,
            Value::Key(text) if text == "false" => false,
            _ => misfit(value),
        }
    }
}

/// A float without a fraction is a whole number, too: 2.0 is 2, and 1e3 is 1000.
fn whole(value: &Value) -> i128 {
    let text = match value {
        Value::Number(text) | Value::Key(text) => text,
        _ => misfit(value),
    };
    match (text.parse::<i128>(), text.parse::<f64>()) {
        (Ok(number), _) => number,
        (_, Ok(number)) if number.trunc() == number && number.abs() < 1e38 => number as i128,
        _ => misfit(value),
    }
}

macro_rules! numbers {
    ($($whole:ty)*; $($float:ty)*) => {
        $(impl FromJson for $whole {
            fn read(value: &Value) -> $whole {
                <$whole>::try_from(whole(value)).unwrap_or_else(|_| misfit(value))
            }
        }
        impl IntoJson for $whole {
            fn write(&self, out: &mut Writer) {
                out.text.push_str(&self.to_string());
            }
        })*
        $(impl FromJson for $float {
            fn read(value: &Value) -> $float {
                match value {
                    Value::Number(text) => text.parse().unwrap_or_else(|_| misfit(value)),
                    _ => misfit(value),
                }
            }
        }
        impl IntoJson for $float {
            // The shortest that reads back as the same number of its type.
            fn write(&self, out: &mut Writer) {
                if !self.is_finite() {
                    out.no_json(&self.to_string());
                }
                out.text.push_str(&self.to_string());
            }
        })*
    };
}
numbers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize; f32 f64);

impl FromJson for char {
    fn read(value: &Value) -> char {
        let mut characters = text_of(value).chars();
        match (characters.next(), characters.next()) {
            (Some(only), None) => only,
            _ => misfit(value),
        }
    }
}

impl FromJson for String {
    fn read(value: &Value) -> String {
        text_of(value).to_string()
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn read(value: &Value) -> Option<T> {
        match value {
            Value::Null => None,
            _ => Some(T::read(value)),
        }
    }
}

impl<T: FromJson, const N: usize> FromJson for [T; N] {
    fn read(value: &Value) -> [T; N] {
        let items = items_of(value, Some(N)).iter().map(T::read).collect::<Vec<T>>();
        items.try_into().unwrap_or_else(|_| misfit(value))
    }
}

/// What is borrowed lives as long as the process.
impl<'a, T: FromJson + 'a> FromJson for &'a T {
    fn read(value: &Value) -> &'a T {
        Box::leak(Box::new(T::read(value)))
    }
}

impl<'a, T: FromJson + 'a> FromJson for &'a mut T {
    fn read(value: &Value) -> &'a mut T {
        Box::leak(Box::new(T::read(value)))
    }
}

impl<'a, T: FromJson + 'a> FromJson for &'a [T] {
    fn read(value: &Value) -> &'a [T] {
        <&mut [T]>::read(value)
    }
}

impl<'a, T: FromJson + 'a> FromJson for &'a mut [T] {
    fn read(value: &Value) -> &'a mut [T] {
        Box::leak(<Box<[T]>>::read(value))
    }
}

impl<'a> FromJson for &'a str {
    fn read(value: &Value) -> &'a str {
        Box::leak(String::read(value).into_boxed_str())
    }
}

impl<'a> FromJson for Cow<'a, str> {
    fn read(value: &Value) -> Cow<'a, str> {
        Cow::Owned(String::read(value))
    }
}

impl<T: FromJson> FromJson for Box<[T]> {
    fn read(value: &Value) -> Box<[T]> {
        <Vec<T>>::read(value).into_boxed_slice()
    }
}

macro_rules! holders {
    ($($holder:ident)*) => {
        $(impl<T: FromJson> FromJson for $holder<T> {
            fn read(value: &Value) -> $holder<T> {
                $holder::new(T::read(value))
            }
        })*
    };
}
holders!(Box Rc Arc Cell RefCell);

macro_rules! lists {
    ($($list:ident: $($bound:ident)*;)*) => {
        $(impl<T: FromJson $(+ $bound)*> FromJson for $list<T> {
            fn read(value: &Value) -> $list<T> {
                items_of(value, None).iter().map(T::read).collect()
            }
        }
        impl<T: IntoJson> IntoJson for $list<T> {
            fn write(&self, out: &mut Writer) {
                out.list(self.iter());
            }
        })*
    };
}
lists!(Vec:; VecDeque:; LinkedList:; BinaryHeap: Ord; BTreeSet: Ord;);

impl<T: FromJson + Eq + Hash, S: BuildHasher + Default> FromJson for HashSet<T, S> {
    fn read(value: &Value) -> HashSet<T, S> {
        items_of(value, None).iter().map(T::read).collect()
    }
}

fn entries<K: FromJson, V: FromJson, M: FromIterator<(K, V)>>(value: &Value) -> M {
    match value {
        Value::Record(entries) => entries.iter().map(|(key, item)| (K::read(key), V::read(item))).collect(),
        _ => misfit(value),
    }
}

impl<K: FromJson + Eq + Hash, V: FromJson, S: BuildHasher + Default> FromJson for HashMap<K, V, S> {
    fn read(value: &Value) -> HashMap<K, V, S> {
        entries(value)
    }
}

impl<K: FromJson + Ord, V: FromJson> FromJson for BTreeMap<K, V> {
    fn read(value: &Value) -> BTreeMap<K, V> {
        entries(value)
    }
}

// ---- results ----

pub struct Writer {
    text: String,
    /// Why the result is no JSON, if it is none.
    flaw: Option<String>,
}

impl Writer {
    fn no_json(&mut self, why: &str) {
        self.flaw.get_or_insert_with(|| why.to_string());
    }

    fn quoted(&mut self, text: &str) {
        self.text.push('"');
        for c in text.chars() {
            if c < ' ' || c == '"' || c == '\\' {
                self.text.push_str(&format!("\\u{:04x}", c as u32));
            } else {
                self.text.push(c);
            }
        }
        self.text.push('"');
    }

    fn list<'a, T: IntoJson + 'a>(&mut self, items: impl Iterator<Item = &'a T>) {
        self.text.push('[');
        for (place, item) in items.enumerate() {
            if place > 0 {
                self.text.push(',');
            }
            item.write(self);
        }
        self.text.push(']');
    }

    fn record<'a, K: IntoJson + 'a, V: IntoJson + 'a>(&mut self, entries: impl Iterator<Item = (&'a K, &'a V)>) {
        self.text.push('{');
        for (place, (key, item)) in entries.enumerate() {
            if place > 0 {
                self.text.push(',');
            }
            self.key(key);
            self.text.push(':');
            item.write(self);
        }
        self.text.push('}');
    }

    /// Texts as they are; numbers and flags between quotes.
    fn key(&mut self, key: &impl IntoJson) {
        let from = self.text.len();
        key.write(self);
        if !self.text[from..].starts_with('"') {
            if self.text[from..].starts_with(&['[', '{', 'n'][..]) {
                self.no_json("a key that is no text");
            }
            self.text.insert(from, '"');
            self.text.push('"');
        }
    }
}

pub trait IntoJson {
    fn write(&self, out: &mut Writer);
}

impl IntoJson for bool {
    fn write(&self, out: &mut Writer) {
        out.text.push_str(if *self { "true" } else { "false" });
    }
}

impl IntoJson for char {
    fn write(&self, out: &mut Writer) {
        out.quoted(self.encode_utf8(&mut [0; 4]));
    }
}

impl IntoJson for str {
    fn write(&self, out: &mut Writer) {
        out.quoted(self);
    }
}

impl IntoJson for String {
    fn write(&self, out: &mut Writer) {
        out.quoted(self);
    }
}

impl<T: IntoJson> IntoJson for Option<T> {
    fn write(&self, out: &mut Writer) {
        match self {
            Some(value) => value.write(out),
            None => out.text.push_str("null"),
        }
    }
}

impl<T: IntoJson> IntoJson for [T] {
    fn write(&self, out: &mut Writer) {
        out.list(self.iter());
    }
}

impl<T: IntoJson, const N: usize> IntoJson for [T; N] {
    fn write(&self, out: &mut Writer) {
        out.list(self.iter());
    }
}

impl<T: IntoJson, S> IntoJson for HashSet<T, S> {
    fn write(&self, out: &mut Writer) {
        out.list(self.iter());
    }
}

impl<K: IntoJson, V: IntoJson, S> IntoJson for HashMap<K, V, S> {
    fn write(&self, out: &mut Writer) {
        out.record(self.iter());
    }
}

impl<K: IntoJson, V: IntoJson> IntoJson for BTreeMap<K, V> {
    fn write(&self, out: &mut Writer) {
        out.record(self.iter());
    }
}

macro_rules! borrowed {
    ($($of:ty)*) => {
        $(impl<T: IntoJson + ?Sized> IntoJson for $of {
            fn write(&self, out: &mut Writer) {
                (**self).write(out);
            }
        })*
    };
}
borrowed!(&T &mut T Box<T> Rc<T> Arc<T>);

impl<'a> IntoJson for Cow<'a, str> {
    fn write(&self, out: &mut Writer) {
        out.quoted(self);
    }
}

impl<T: IntoJson + Copy> IntoJson for Cell<T> {
    fn write(&self, out: &mut Writer) {
        self.get().write(out);
    }
}

impl<T: IntoJson> IntoJson for RefCell<T> {
    fn write(&self, out: &mut Writer) {
        self.borrow().write(out);
    }
}

/// What returns nothing returns null.
impl IntoJson for () {
    fn write(&self, out: &mut Writer) {
        out.text.push_str("null");
    }
}

// ---- the function ----

pub trait Function<Arguments> {
    fn call(self, arguments: &[Value], out: &mut Writer);
}

/// Tuples of so many places, and functions of so many parameters.
macro_rules! places {
    ($count:literal $($T:ident $at:tt)*) => {
        impl<R: IntoJson, F: FnOnce($($T),*) -> R, $($T: FromJson),*> Function<($($T,)*)> for F {
            fn call(self, arguments: &[Value], out: &mut Writer) {
                if arguments.len() != $count {
                    stop(&format!("the function takes {} arguments, not {}", $count, arguments.len()));
                }
                self($($T::read(&arguments[$at])),*).write(out);
            }
        }
        places!(tuple $count $($T $at)*);
    };
    (tuple $count:literal) => {};
    (tuple $count:literal $($T:ident $at:tt)*) => {
        impl<$($T: FromJson),*> FromJson for ($($T,)*) {
            fn read(value: &Value) -> Self {
                let items = items_of(value, Some($count));
                ($($T::read(&items[$at]),)*)
            }
        }
        impl<$($T: IntoJson),*> IntoJson for ($($T,)*) {
            fn write(&self, out: &mut Writer) {
                out.text.push('[');
                $(if $at > 0 {
                    out.text.push(',');
                }
                self.$at.write(out);)*
                out.text.push(']');
            }
        }
    };
}
places!(0);
places!(1 A 0);
places!(2 A 0 B 1);
places!(3 A 0 B 1 C 2);
places!(4 A 0 B 1 C 2 D 3);
places!(5 A 0 B 1 C 2 D 3 E 4);
places!(6 A 0 B 1 C 2 D 3 E 4 G 5);
places!(7 A 0 B 1 C 2 D 3 E 4 G 5 H 6);
places!(8 A 0 B 1 C 2 D 3 E 4 G 5 H 6 I 7);
places!(9 A 0 B 1 C 2 D 3 E 4 G 5 H 6 I 7 J 8);
places!(10 A 0 B 1 C 2 D 3 E 4 G 5 H 6 I 7 J 8 K 9);

// ---- the call ----

/// Of JSON that the judge wrote.
struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn value(&mut self) -> Value {
        self.space();
        match self.text[self.at] {
            b'{' => self.record(),
            b'[' => self.list(),
            b'"' => Value::Text(self.string()),
            b'n' => self.word("null", Value::Null),
            b't' => self.word("true", Value::Flag(true)),
            b'f' => self.word("false", Value::Flag(false)),
            _ => {
                let from = self.at;
                while b"+-.eE0123456789".contains(&self.text[self.at]) {
                    self.at += 1;
                }
                Value::Number(String::from_utf8_lossy(&self.text[from..self.at]).into_owned())
            }
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Value {
        self.at += word.len();
        value
    }

    fn space(&mut self) {
        while self.text[self.at].is_ascii_whitespace() {
            self.at += 1;
        }
    }

    fn more(&mut self, close: u8) -> bool {
        self.space();
        let byte = self.text[self.at];
        if byte == close || byte == b',' {
            self.at += 1;
        }
        byte != close
    }

    fn list(&mut self) -> Value {
        let mut items = Vec::new();
        self.at += 1;
        while self.more(b']') {
            items.push(self.value());
        }
        Value::List(items)
    }

    fn record(&mut self) -> Value {
        let mut entries = Vec::new();
        self.at += 1;
        while self.more(b'}') {
            self.space();
            let key = Value::Key(self.string());
            self.space();
            self.at += 1;
            entries.push((key, self.value()));
        }
        Value::Record(entries)
    }

    fn string(&mut self) -> String {
        let mut bytes = Vec::new();
        self.at += 1;
        while self.text[self.at] != b'"' {
            if self.text[self.at] == b'\\' {
                self.at += 1;
                match self.text[self.at] {
                    b'b' => bytes.push(8),
                    b'f' => bytes.push(12),
                    b'n' => bytes.push(b'\n'),
                    b'r' => bytes.push(b'\r'),
                    b't' => bytes.push(b'\t'),
                    b'u' => bytes.extend(self.character().to_string().bytes()),
                    byte => bytes.push(byte),
                }
            } else {
                bytes.push(self.text[self.at]);
            }
            self.at += 1;
        }
        self.at += 1;
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// At the `u` of an escape; two of them make a character beyond the first plane.
    fn character(&mut self) -> char {
        let first = self.unit();
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first).unwrap_or('\u{fffd}');
        }
        self.at += 2;
        char::from_u32(0x10000 + ((first & 0x3ff) << 10) + (self.unit() & 0x3ff)).unwrap_or('\u{fffd}')
    }

    fn unit(&mut self) -> u32 {
        let digits = String::from_utf8_lossy(&self.text[self.at + 1..self.at + 5]).into_owned();
        self.at += 4;
        u32::from_str_radix(&digits, 16).unwrap_or(0)
    }
}
