import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Calls one method of an answer: the call as JSON from descriptor 4, its result behind a nonce to descriptor 3. The
 * arguments are the answer's top-level classes. The method's declared types say how arguments are read.
 */
public final class GepoCall {
    private static final class Fault extends RuntimeException {
        Fault(String message) {
            super(message);
        }
    }

    public static void main(String[] classes) throws Throwable {
        byte[] text;
        try (FileInputStream in = new FileInputStream("/proc/self/fd/4")) {
            text = in.readAllBytes();
        }
        Map<?, ?> call = (Map<?, ?>) new Reader(new String(text, StandardCharsets.UTF_8)).value();
        List<?> values = (List<?>) call.get("arguments");
        Method method = find(classes, (String) call.get("name"), values.size());
        method.setAccessible(true);
        Type[] types = method.getGenericParameterTypes();
        Object[] arguments = new Object[types.length];
        for (int i = 0; i < types.length; i++) arguments[i] = convert(values.get(i), types[i]);
        StringBuilder result = new StringBuilder();
        try {
            write(method.invoke(target(method), arguments), result);
        } catch (InvocationTargetException error) {
            throw error.getCause();
        }
        try (FileOutputStream out = new FileOutputStream("/proc/self/fd/3")) {
            out.write((call.get("nonce") + "\n" + result).getBytes(StandardCharsets.UTF_8));
        }
        // Threads that the answer has left must not keep the machine from ending.
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    private static Method find(String[] classes, String name, int count) throws ClassNotFoundException {
        for (String each : classes) {
            for (Method method : Class.forName(each).getDeclaredMethods()) {
                if (method.getName().equals(name) && method.getParameterCount() == count && !method.isBridge()) return method;
            }
        }
        throw new Fault("there is no method " + name + " with " + count + " parameters");
    }

    private static Object target(Method method) throws ReflectiveOperationException {
        if (Modifier.isStatic(method.getModifiers())) return null;
        Constructor<?> constructor = method.getDeclaringClass().getDeclaredConstructor();
        constructor.setAccessible(true);
        return constructor.newInstance();
    }

    private static Object convert(Object value, Type type) {
        if (type instanceof ParameterizedType) return convertGeneric(value, (ParameterizedType) type);
        if (type instanceof GenericArrayType) {
            Class<?> list = classOf(((GenericArrayType) type).getGenericComponentType());
            return toArray(value, ((GenericArrayType) type).getGenericComponentType(), list);
        }
        if (!(type instanceof Class)) return plain(value);
        Class<?> to = (Class<?>) type;
        if (to.isArray()) return toArray(value, to.getComponentType(), to.getComponentType());
        if (value == null) {
            if (to.isPrimitive()) throw new Fault("null is no " + to);
            return null;
        }
        if (to == boolean.class || to == Boolean.class) return cast(value, Boolean.class);
        if (to == String.class || to == CharSequence.class) return cast(value, String.class);
        if (to == char.class || to == Character.class) {
            String text = cast(value, String.class);
            if (text.length() != 1) throw new Fault("an argument is not one character");
            return text.charAt(0);
        }
        if (value instanceof Numeral) return number((Numeral) value, to);
        if (to.isInstance(plain(value))) return plain(value);
        throw new Fault("an argument does not fit " + to);
    }

    private static Object number(Numeral value, Class<?> to) {
        try {
            if (to == int.class || to == Integer.class) return Integer.parseInt(value.text);
            if (to == long.class || to == Long.class) return Long.parseLong(value.text);
            if (to == short.class || to == Short.class) return Short.parseShort(value.text);
            if (to == byte.class || to == Byte.class) return Byte.parseByte(value.text);
            if (to == double.class || to == Double.class) return Double.parseDouble(value.text);
            if (to == float.class || to == Float.class) return Float.parseFloat(value.text);
            if (to == java.math.BigInteger.class) return new java.math.BigInteger(value.text);
        } catch (NumberFormatException error) {
            throw new Fault("the argument " + value.text + " does not fit " + to);
        }
        if (to == Object.class || to == Number.class) return plain(value);
        throw new Fault("the argument " + value.text + " does not fit " + to);
    }

    private static Object convertGeneric(Object value, ParameterizedType type) {
        if (value == null) return null;
        Class<?> raw = (Class<?>) type.getRawType();
        Type[] inner = type.getActualTypeArguments();
        if (Map.class.isAssignableFrom(raw)) {
            Map<Object, Object> result = new LinkedHashMap<>();
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) result.put(entry.getKey(), convert(entry.getValue(), inner[1]));
            return raw.isInstance(result) ? result : new java.util.TreeMap<>(result);
        }
        if (!Collection.class.isAssignableFrom(raw) || !(value instanceof List)) throw new Fault("an argument does not fit " + type);
        List<Object> result = new ArrayList<>();
        for (Object item : (List<?>) value) result.add(convert(item, inner[0]));
        if (raw.isInstance(result)) return result;
        return raw.isAssignableFrom(java.util.LinkedHashSet.class) ? new java.util.LinkedHashSet<>(result) : new java.util.LinkedList<>(result);
    }

    private static Object toArray(Object value, Type inner, Class<?> component) {
        if (value == null) return null;
        if (!(value instanceof List)) throw new Fault("an argument is not a list");
        List<?> items = (List<?>) value;
        Object array = Array.newInstance(component, items.size());
        for (int i = 0; i < items.size(); i++) Array.set(array, i, convert(items.get(i), inner));
        return array;
    }

    private static Class<?> classOf(Type type) {
        return type instanceof ParameterizedType ? (Class<?>) ((ParameterizedType) type).getRawType() : (Class<?>) type;
    }

    private static <T> T cast(Object value, Class<T> to) {
        if (!to.isInstance(value)) throw new Fault("an argument is no " + to.getSimpleName());
        return to.cast(value);
    }

    /** For parameters that take anything. */
    private static Object plain(Object value) {
        if (!(value instanceof Numeral)) return value;
        String text = ((Numeral) value).text;
        return text.matches("[+-]?\\d+") ? (Object) Long.parseLong(text) : (Object) Double.parseDouble(text);
    }

    private static void write(Object value, StringBuilder out) {
        if (value == null) {
            out.append("null");
        } else if (value instanceof Boolean || value instanceof Integer || value instanceof Long || value instanceof Short
            || value instanceof Byte || value instanceof java.math.BigInteger) {
            out.append(value);
        } else if (value instanceof Number) {
            double number = ((Number) value).doubleValue();
            if (!Double.isFinite(number)) throw new Fault("the result holds a number that is not finite");
            out.append(number);
        } else if (value instanceof CharSequence || value instanceof Character) {
            writeText(value.toString(), out);
        } else if (value instanceof Map) {
            String before = "{";
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                out.append(before);
                writeText(String.valueOf(entry.getKey()), out);
                out.append(':');
                write(entry.getValue(), out);
                before = ",";
            }
            out.append(before.equals("{") ? "{}" : "}");
        } else if (value instanceof Iterable || value.getClass().isArray()) {
            List<Object> items = new ArrayList<>();
            if (value instanceof Iterable) ((Iterable<?>) value).forEach(items::add);
            else for (int i = 0; i < Array.getLength(value); i++) items.add(Array.get(value, i));
            String before = "[";
            for (Object item : items) {
                out.append(before);
                write(item, out);
                before = ",";
            }
            out.append(items.isEmpty() ? "[]" : "]");
        } else {
            throw new Fault("the result is no JSON: " + value.getClass());
        }
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
