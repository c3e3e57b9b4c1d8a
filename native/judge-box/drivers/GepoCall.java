package gepo.call;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Calls one method of an answer: the call as JSON from descriptor 4, its result behind a nonce to descriptor 3. The
 * argument is a file with the names of the answer's classes. A method's declared types say how arguments are read; of several methods, that is
 * called which takes what there is with the least change.
 */
public final class GepoCall {
    private static final class Fault extends RuntimeException {
        Fault(String message) {
            super(message);
        }
    }

    private static final class NoJson extends RuntimeException {
        NoJson(String what) {
            super(what);
        }
    }

    /** A method with its arguments, and the class that it is called on. */
    private static final class Call {
        final Class<?> holder;
        final Method method;
        final Object[] arguments;
        final long cost;

        Call(Class<?> holder, Method method, Object[] arguments, long cost) {
            this.holder = holder;
            this.method = method;
            this.arguments = arguments;
            this.cost = cost;
        }
    }

    public static void main(String[] arguments) throws Throwable {
        List<String> classes = Files.readAllLines(Path.of(arguments[0]));
        byte[] text;
        try (FileInputStream in = new FileInputStream("/proc/self/fd/4")) {
            text = in.readAllBytes();
        }
        Map<?, ?> asked = (Map<?, ?>) new Reader(new String(text, StandardCharsets.UTF_8)).value();
        Call call = find(classes, (String) asked.get("name"), (List<?>) asked.get("arguments"));
        call.method.setAccessible(true);
        String result;
        try {
            StringBuilder written = new StringBuilder();
            write(call.method.invoke(target(call), call.arguments), written);
            result = written.toString();
        } catch (InvocationTargetException error) {
            throw error.getCause();
        } catch (NoJson error) {
            result = "!" + error.getMessage();
        }
        try (FileOutputStream out = new FileOutputStream("/proc/self/fd/3")) {
            out.write((asked.get("nonce") + "\n" + result).getBytes(StandardCharsets.UTF_8));
        }
        // Threads that the answer has left must not keep the machine from ending.
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    private static Call find(List<String> names, String name, List<?> values) throws ClassNotFoundException {
        List<Class<?>> classes = new ArrayList<>();
        for (String each : names) classes.add(Class.forName(each, false, GepoCall.class.getClassLoader()));
        classes.removeIf(each -> each.isAnonymousClass() || each.isLocalClass() || each.isSynthetic());
        classes.sort(Comparator.comparingInt(GepoCall::rank));
        Set<Class<?>> own = new HashSet<>(classes);
        Fault fault = new Fault("there is no method " + name + " with " + values.size() + " parameters");
        Call best = null;
        for (Class<?> holder : classes) {
            for (Method method : methodsOf(holder, own)) {
                if (!method.getName().equals(name)) continue;
                try {
                    Call call = fit(holder, method, values);
                    // The first class that has one that fits; there a private one only if there is no other.
                    if (call != null && (best == null || (best.holder == holder && call.cost < best.cost))) best = call;
                } catch (Fault misfit) {
                    fault = misfit;
                }
            }
        }
        if (best == null) throw fault;
        return best;
    }

    private static int rank(Class<?> type) {
        int place = type.getEnclosingClass() != null ? 4 : Modifier.isPublic(type.getModifiers()) ? 2 : 3;
        return type.getSimpleName().equals("Solution") ? 0 : type.getSimpleName().equals("Main") ? 1 : place;
    }

    /** What a caller can call on the class itself or on an object of it: inherited ones, too, but none of the library. */
    private static List<Method> methodsOf(Class<?> holder, Set<Class<?>> own) {
        boolean hasObjects = !holder.isInterface() && !Modifier.isAbstract(holder.getModifiers());
        List<Method> methods = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Class<?> type = holder; type != null; type = type.getSuperclass()) {
            List<Class<?>> sources = new ArrayList<>(List.of(type));
            sources.addAll(Arrays.asList(type.getInterfaces()));
            for (Class<?> source : sources) {
                if (!own.contains(source)) continue;
                for (Method method : source.getDeclaredMethods()) {
                    boolean isStatic = Modifier.isStatic(method.getModifiers());
                    if (method.isBridge() || method.isSynthetic() || Modifier.isAbstract(method.getModifiers())) continue;
                    if (!isStatic && !hasObjects) continue;
                    // What is overridden is not called.
                    if (seen.add(method.getName() + Arrays.toString(method.getParameterTypes()))) methods.add(method);
                }
            }
        }
        return methods;
    }

    /** Null where the number of arguments is another. */
    private static Call fit(Class<?> holder, Method method, List<?> values) {
        Type[] types = method.getGenericParameterTypes();
        Cost cost = new Cost();
        if (Modifier.isPrivate(method.getModifiers())) cost.add(1L << 40);
        if (types.length == values.size()) {
            try {
                return new Call(holder, method, convertAll(values, types, cost), cost.total);
            } catch (Fault misfit) {
                if (!method.isVarArgs()) throw misfit;
            }
        }
        if (!method.isVarArgs() || values.size() < types.length - 1) return null;
        List<Object> gathered = new ArrayList<>(values.subList(0, types.length - 1));
        gathered.add(new ArrayList<>(values.subList(types.length - 1, values.size())));
        cost.add(1L << 32);
        return new Call(holder, method, convertAll(gathered, types, cost), cost.total);
    }

    private static Object[] convertAll(List<?> values, Type[] types, Cost cost) {
        Object[] arguments = new Object[types.length];
        for (int i = 0; i < types.length; i++) arguments[i] = convert(values.get(i), types[i], cost);
        return arguments;
    }

    private static Object target(Call call) throws ReflectiveOperationException {
        return Modifier.isStatic(call.method.getModifiers()) ? null : make(call.holder);
    }

    /** By the constructor without arguments; an inner class gets an object of the one around it. */
    private static Object make(Class<?> type) throws ReflectiveOperationException {
        Class<?> around = type.getEnclosingClass();
        boolean isInner = around != null && !Modifier.isStatic(type.getModifiers());
        Constructor<?> constructor = isInner ? type.getDeclaredConstructor(around) : type.getDeclaredConstructor();
        constructor.setAccessible(true);
        try {
            return isInner ? constructor.newInstance(make(around)) : constructor.newInstance();
        } catch (InvocationTargetException error) {
            throw new Fault("no object of " + type + " can be made: " + error.getCause());
        }
    }

    /** How far arguments are from their types: 0 for what a caller would declare for them. */
    private static final class Cost {
        long total = 0;

        void add(long more) {
            total += more;
        }
    }

    private static Object convert(Object value, Type type, Cost cost) {
        if (type instanceof WildcardType) return convert(value, ((WildcardType) type).getUpperBounds()[0], cost);
        if (type instanceof TypeVariable) {
            cost.add(2);
            return plain(value);
        }
        if (type instanceof GenericArrayType) {
            Type inner = ((GenericArrayType) type).getGenericComponentType();
            return toArray(value, inner, classOf(inner), cost);
        }
        if (type instanceof ParameterizedType) {
            Type[] inner = ((ParameterizedType) type).getActualTypeArguments();
            return toLibrary(value, classOf(type), inner, cost);
        }
        Class<?> to = (Class<?>) type;
        if (to == char[].class && value instanceof String) return ((String) value).toCharArray();
        if (to.isArray()) return toArray(value, to.getComponentType(), to.getComponentType(), cost);
        if (to.isPrimitive() && value == null) throw new Fault("null is no " + to);
        if (to == OptionalInt.class) return value == null ? OptionalInt.empty() : OptionalInt.of((Integer) convert(value, int.class, cost));
        if (to == OptionalLong.class) return value == null ? OptionalLong.empty() : OptionalLong.of((Long) convert(value, long.class, cost));
        if (to == OptionalDouble.class) return value == null ? OptionalDouble.empty() : OptionalDouble.of((Double) convert(value, double.class, cost));
        if (to == boolean.class || to == Boolean.class) return cast(value, Boolean.class);
        if (to == String.class) return cast(value, String.class);
        if (to == char.class || to == Character.class) {
            String text = cast(value, String.class);
            if (text != null && text.length() != 1) throw new Fault("an argument is not one character");
            cost.add(1);
            return text == null ? null : text.charAt(0);
        }
        if (value instanceof Numeral) return number((Numeral) value, to, cost);
        cost.add(2);
        if (value == null || to.isInstance(plain(value))) return plain(value);
        return toLibrary(value, to, new Type[] {Object.class, Object.class}, cost);
    }

    private static Object number(Numeral value, Class<?> to, Cost cost) {
        cost.add(value.isWhole() ? distance(to, "int Integer long Long short byte float double Float Double") : distance(to, "double Double float Float"));
        try {
            BigDecimal exact = new BigDecimal(value.text);
            if (to == int.class || to == Integer.class) return exact.intValueExact();
            if (to == long.class || to == Long.class) return exact.longValueExact();
            if (to == short.class || to == Short.class) return exact.shortValueExact();
            if (to == byte.class || to == Byte.class) return exact.byteValueExact();
            if (to == double.class || to == Double.class) return Double.parseDouble(value.text);
            if (to == float.class || to == Float.class) return Float.parseFloat(value.text);
            if (to == BigInteger.class) return exact.toBigIntegerExact();
            if (to == BigDecimal.class) return exact;
        } catch (ArithmeticException error) {
            throw new Fault("the argument " + value.text + " does not fit " + to);
        }
        if (to.isInstance(plain(value))) return plain(value);
        throw new Fault("the argument " + value.text + " does not fit " + to);
    }

    /** Place in a list of names, the nearest first. */
    private static int distance(Class<?> to, String names) {
        int place = Arrays.asList(names.split(" ")).indexOf(to.getSimpleName());
        return place < 0 ? 20 : place;
    }

    /** What the library has of types that hold others. */
    private static Object toLibrary(Object value, Class<?> to, Type[] inner, Cost cost) {
        if (to == Optional.class) return value == null ? Optional.empty() : Optional.of(convert(value, inner[0], cost));
        if (value == null) return null;
        if (Map.class.isAssignableFrom(to) && value instanceof Map) {
            Map<Object, Object> result = newest(to, new LinkedHashMap<Object, Object>(), new TreeMap<Object, Object>());
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet())
                result.put(key((String) entry.getKey(), inner[0]), convert(entry.getValue(), inner[inner.length - 1], cost));
            return result;
        }
        if (!(value instanceof List)) throw new Fault("an argument does not fit " + to);
        if (to == Iterator.class) return ((List<?>) toLibrary(value, List.class, inner, cost)).iterator();
        if (!Iterable.class.isAssignableFrom(to)) throw new Fault("an argument does not fit " + to);
        Collection<Object> result = newest(to, new ArrayList<Object>(), new LinkedHashSet<Object>(), new LinkedList<Object>(), new TreeSet<Object>());
        for (Object item : (List<?>) value) result.add(convert(item, inner[0], cost));
        return result;
    }

    /** An object of the class itself where it can be made, else the first that is of its kind. */
    @SafeVarargs
    @SuppressWarnings("unchecked")
    private static <T> T newest(Class<?> to, T... known) {
        try {
            if (!to.isInterface() && !Modifier.isAbstract(to.getModifiers())) return (T) to.getConstructor().newInstance();
        } catch (ReflectiveOperationException error) {
            throw new Fault("no object of " + to + " can be made");
        }
        for (T each : known) if (to.isInstance(each)) return each;
        throw new Fault("an argument does not fit " + to);
    }

    private static Object key(String text, Type type) {
        if (type == Object.class || type == String.class || !(type instanceof Class)) return text;
        if (type == Boolean.class) return text.equals("true") ? (Object) true : text.equals("false") ? (Object) false : cast(text, Boolean.class);
        if (type == Character.class) return convert(text, type, new Cost());
        try {
            new BigDecimal(text);
        } catch (NumberFormatException error) {
            throw new Fault("the key " + text + " does not fit " + type);
        }
        return convert(new Numeral(text), type, new Cost());
    }

    private static Object toArray(Object value, Type inner, Class<?> component, Cost cost) {
        if (value == null) return null;
        if (!(value instanceof List)) throw new Fault("an argument is not a list");
        List<?> items = (List<?>) value;
        Object array = Array.newInstance(component, items.size());
        for (int i = 0; i < items.size(); i++) Array.set(array, i, convert(items.get(i), inner, cost));
        return array;
    }

    private static Class<?> classOf(Type type) {
        if (type instanceof ParameterizedType) return (Class<?>) ((ParameterizedType) type).getRawType();
        if (type instanceof TypeVariable) return classOf(((TypeVariable<?>) type).getBounds()[0]);
        if (type instanceof GenericArrayType) return Array.newInstance(classOf(((GenericArrayType) type).getGenericComponentType()), 0).getClass();
        return (Class<?>) type;
    }

    private static <T> T cast(Object value, Class<T> to) {
        if (value != null && !to.isInstance(value)) throw new Fault("an argument is no " + to.getSimpleName());
        return to.cast(value);
    }

    /** As a caller would write it where anything is taken. */
    private static Object plain(Object value) {
        if (value instanceof List) {
            List<Object> items = new ArrayList<>();
            for (Object item : (List<?>) value) items.add(plain(item));
            return items;
        }
        if (value instanceof Map) {
            Map<Object, Object> entries = new LinkedHashMap<>();
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) entries.put(entry.getKey(), plain(entry.getValue()));
            return entries;
        }
        if (!(value instanceof Numeral)) return value;
        Numeral number = (Numeral) value;
        if (!number.isWhole()) return Double.parseDouble(number.text);
        long whole = Long.parseLong(number.text);
        return whole == (int) whole ? (Object) (int) whole : (Object) whole;
    }

    private static void write(Object value, StringBuilder out) {
        if (value instanceof Optional) value = ((Optional<?>) value).orElse(null);
        else if (value instanceof OptionalInt) value = ((OptionalInt) value).isPresent() ? ((OptionalInt) value).getAsInt() : null;
        else if (value instanceof OptionalLong) value = ((OptionalLong) value).isPresent() ? ((OptionalLong) value).getAsLong() : null;
        else if (value instanceof OptionalDouble) value = ((OptionalDouble) value).isPresent() ? ((OptionalDouble) value).getAsDouble() : null;
        if (value == null || value instanceof Boolean) {
            out.append(value);
        } else if (value instanceof Number) {
            if (!Double.isFinite(((Number) value).doubleValue()) && !(value instanceof BigInteger || value instanceof BigDecimal)) throw new NoJson(value.toString());
            out.append(value);
        } else if (value instanceof CharSequence || value instanceof Character) {
            writeText(value.toString(), out);
        } else if (value instanceof Map) {
            Set<String> keys = new HashSet<>();
            String before = "{";
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                String key = String.valueOf(entry.getKey());
                if (!keys.add(key)) throw new NoJson("two keys that are one in JSON");
                out.append(before);
                writeText(key, out);
                out.append(':');
                write(entry.getValue(), out);
                before = ",";
            }
            out.append(before.equals("{") ? "{}" : "}");
        } else {
            List<Object> items = itemsOf(value);
            String before = "[";
            for (Object item : items) {
                out.append(before);
                write(item, out);
                before = ",";
            }
            out.append(items.isEmpty() ? "[]" : "]");
        }
    }

    private static List<Object> itemsOf(Object value) {
        List<Object> items = new ArrayList<>();
        if (value instanceof Map.Entry) {
            items.add(((Map.Entry<?, ?>) value).getKey());
            items.add(((Map.Entry<?, ?>) value).getValue());
        } else if (value instanceof Iterable) {
            ((Iterable<?>) value).forEach(items::add);
        } else if (value instanceof Iterator) {
            ((Iterator<?>) value).forEachRemaining(items::add);
        } else if (value instanceof java.util.stream.BaseStream) {
            ((java.util.stream.BaseStream<?, ?>) value).iterator().forEachRemaining(items::add);
        } else if (value.getClass().isArray()) {
            for (int i = 0; i < Array.getLength(value); i++) items.add(Array.get(value, i));
        } else {
            throw new NoJson("an object of " + value.getClass().getName());
        }
        return items;
    }

    private static void writeText(String text, StringBuilder out) {
        out.append('"');
        for (char c : text.toCharArray()) {
            if (c < 0x20 || c == '"' || c == '\\' || Character.isSurrogate(c)) out.append(String.format("\\u%04x", (int) c));
            else out.append(c);
        }
        out.append('"');
    }

    /** As it is written, until its type is known. */
    private static final class Numeral {
        final String text;

        Numeral(String text) {
            this.text = text;
        }

        boolean isWhole() {
            return text.matches("[+-]?\\d+");
        }
    }

    private static final class Reader {
        private final String text;
        private int at = 0;

        Reader(String text) {
            this.text = text;
        }

        Object value() {
            space();
            char c = text.charAt(at);
            if (c == '{') return record();
            if (c == '[') return list();
            if (c == '"') return string();
            if (take("null")) return null;
            if (take("true")) return true;
            if (take("false")) return false;
            int from = at;
            while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) at++;
            if (from == at) throw new Fault("the call is no JSON");
            return new Numeral(text.substring(from, at));
        }

        private boolean take(String word) {
            if (!text.startsWith(word, at)) return false;
            at += word.length();
            return true;
        }

        private void space() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) at++;
        }

        private boolean more(char close) {
            space();
            char c = text.charAt(at);
            if (c == close || c == ',') at++;
            return c != close;
        }

        private List<Object> list() {
            List<Object> result = new ArrayList<>();
            at++;
            while (more(']')) result.add(value());
            return result;
        }

        private Map<String, Object> record() {
            Map<String, Object> result = new LinkedHashMap<>();
            at++;
            while (more('}')) {
                space();
                String key = string();
                space();
                at++;
                result.put(key, value());
            }
            return result;
        }

        private String string() {
            StringBuilder result = new StringBuilder();
            for (at++; text.charAt(at) != '"'; at++) {
                char c = text.charAt(at);
                if (c == '\\') {
                    c = text.charAt(++at);
                    int named = "bfnrt".indexOf(c);
                    if (c == 'u') {
                        c = (char) Integer.parseInt(text.substring(at + 1, at + 5), 16);
                        at += 4;
                    } else if (named >= 0) {
                        c = "\b\f\n\r\t".charAt(named);
                    }
                }
                result.append(c);
            }
            at++;
            return result.toString();
        }
    }
}
