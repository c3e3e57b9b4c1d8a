using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Text;
using System.Threading.Tasks;

/// <summary>
/// Calls one method of an answer: the call as JSON from descriptor 4, its result behind a nonce to descriptor 3. The
/// argument is the answer's assembly. A method's declared types say how arguments are read; of several methods, that is
/// called which takes what there is with the least change.
/// </summary>
static class GepoCall
{
    sealed class Fault : Exception
    {
        public Fault(string message) : base(message) { }
    }

    sealed class NoJson : Exception
    {
        public NoJson(string what) : base(what) { }
    }

    /// <summary>As it is written, until its type is known.</summary>
    sealed class Numeral
    {
        public readonly string Text;
        public Numeral(string text) { Text = text; }
        public bool IsWhole { get { return Text.All(c => c == '-' || c >= '0' && c <= '9'); } }
        public double Float { get { return double.Parse(Text, NumberStyles.Float, CultureInfo.InvariantCulture); } }

        /// <summary>A float without a fraction is a whole number, too: 2.0 is 2, and 1e3 is 1000.</summary>
        public BigInteger? Whole
        {
            get
            {
                if (IsWhole) return BigInteger.Parse(Text, CultureInfo.InvariantCulture);
                return Math.Floor(Float) == Float ? new BigInteger(Float) : (BigInteger?)null;
            }
        }
    }

    /// <summary>A method with its arguments, and the class that it is called on.</summary>
    sealed class Call
    {
        public Type Holder;
        public MethodInfo Method;
        public object[] Arguments;
        public long Cost;
    }

    const BindingFlags All =
        BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    static int Main(string[] arguments)
    {
        try
        {
            string text;
            using (var call = new StreamReader(Descriptor(4, FileAccess.Read), new UTF8Encoding(false))) text = call.ReadToEnd();
            var asked = (Dictionary<string, object>)new Reader(text).Value();
            string result = Perform(Assembly.LoadFrom(arguments[0]), (string)asked["name"], (List<object>)asked["arguments"]);
            byte[] message = new UTF8Encoding(false).GetBytes(asked["nonce"] + "\n" + result);
            using (var channel = Descriptor(3, FileAccess.Write)) channel.Write(message, 0, message.Length);
        }
        catch (Exception error)
        {
            Console.Error.WriteLine(error);
            Environment.Exit(1);
        }
        // Threads that the answer has left must not keep the process from ending.
        Environment.Exit(0);
        return 0;
    }

    static FileStream Descriptor(int number, FileAccess access)
    {
        return new FileStream("/proc/self/fd/" + number, FileMode.Open, access);
    }

    static string Perform(Assembly answer, string name, List<object> values)
    {
        Call call = Find(answer, name, values);
        object target = call.Method.IsStatic ? null : Make(call.Holder);
        try
        {
            object result = Awaited(call.Method.Invoke(target, call.Arguments));
            var written = new StringBuilder();
            Write(result, written);
            return written.ToString();
        }
        catch (TargetInvocationException error)
        {
            ExceptionDispatchInfo.Capture(error.InnerException).Throw();
            return "";
        }
        catch (NoJson error)
        {
            return "!" + error.Message;
        }
    }

    static object Awaited(object result)
    {
        var task = result as Task;
        if (task == null) return result;
        task.GetAwaiter().GetResult();
        var value = result.GetType().GetProperty("Result");
        return value == null || value.PropertyType.Name == "VoidTaskResult" ? null : value.GetValue(result);
    }

    static Call Find(Assembly answer, string name, List<object> values)
    {
        var own = answer.GetTypes().Where(type => !type.IsDefined(typeof(CompilerGeneratedAttribute), false));
        var fault = new Fault("there is no method " + name + " with " + values.Count + " parameters");
        foreach (Type holder in own.OrderBy(Rank))
        {
            Call best = null;
            foreach (MethodInfo method in MethodsOf(holder, answer).Where(each => each.Name == name))
            {
                try
                {
                    Call call = Fit(holder, method, values);
                    if (call != null && (best == null || call.Cost < best.Cost)) best = call;
                }
                catch (Fault misfit)
                {
                    fault = misfit;
                }
            }
            // The first class that has one that fits; there a private one only if there is no other.
            if (best != null) return best;
        }
        throw fault;
    }

    static int Rank(Type type)
    {
        if (type.Name == "Solution") return 0;
        if (type.Name == "Program" || type.Name == "Main") return 1;
        return type.IsNested ? 4 : type.IsPublic ? 2 : 3;
    }

    /// <summary>What a caller can call on the class itself or on an object of it: inherited ones, too, but none of the library.</summary>
    static List<MethodInfo> MethodsOf(Type holder, Assembly answer)
    {
        var methods = new List<MethodInfo>();
        if (holder.ContainsGenericParameters) return methods;
        bool hasObjects = !holder.IsInterface && !holder.IsAbstract;
        var seen = new HashSet<string>();
        for (Type type = holder; type != null && type.Assembly == answer; type = type.BaseType)
        {
            foreach (MethodInfo method in type.GetMethods(All))
            {
                if (method.IsAbstract || !method.IsStatic && !hasObjects) continue;
                // What is overridden is not called.
                string parameters = string.Join(",", method.GetParameters().Select(each => each.ParameterType));
                if (seen.Add(method.Name + "(" + parameters)) methods.Add(method);
            }
        }
        return methods;
    }

    /// <summary>Null where the number of arguments is another.</summary>
    static Call Fit(Type holder, MethodInfo method, List<object> values)
    {
        if (method.IsGenericMethodDefinition)
        {
            method = Instance(method, values);
            if (method == null) return null;
        }
        ParameterInfo[] parameters = method.GetParameters();
        long own = method.IsPrivate ? 1L << 40 : 0;
        bool isOpen = parameters.Length > 0 && parameters[parameters.Length - 1].IsDefined(typeof(ParamArrayAttribute), false);
        if (values.Count <= parameters.Length && parameters.Skip(values.Count).All(each => each.HasDefaultValue || isOpen && each == parameters.Last()))
        {
            try
            {
                return WithArguments(holder, method, values, parameters, own + (parameters.Length - values.Count));
            }
            catch (Fault)
            {
                if (!isOpen) throw;
            }
        }
        int last = parameters.Length - 1;
        if (!isOpen || values.Count < last) return null;
        var gathered = values.Take(last).ToList();
        gathered.Add(values.Skip(last).ToList());
        return WithArguments(holder, method, gathered, parameters, own + (1L << 32));
    }

    static Call WithArguments(Type holder, MethodInfo method, List<object> values, ParameterInfo[] parameters, long cost)
    {
        var arguments = new object[parameters.Length];
        for (int i = 0; i < parameters.Length; i++)
        {
            Type type = parameters[i].ParameterType;
            if (parameters[i].IsOut) throw new Fault("the method " + method.Name + " has a parameter that it only sets");
            if (i < values.Count) arguments[i] = Convert(values[i], type.IsByRef ? type.GetElementType() : type, ref cost);
            else arguments[i] = parameters[i].HasDefaultValue ? parameters[i].DefaultValue : Array.CreateInstance(type.GetElementType(), 0);
        }
        return new Call { Holder = holder, Method = method, Arguments = arguments, Cost = cost };
    }

    /// <summary>A generic method with the types that its arguments say. Null where they say none, or do not meet its constraints.</summary>
    static MethodInfo Instance(MethodInfo method, List<object> values)
    {
        var found = new Dictionary<Type, Type>();
        ParameterInfo[] parameters = method.GetParameters();
        for (int i = 0; i < parameters.Length && i < values.Count; i++) Learn(parameters[i].ParameterType, values[i], found);
        Type[] wanted = method.GetGenericArguments();
        if (!wanted.All(found.ContainsKey)) return null;
        try
        {
            return method.MakeGenericMethod(wanted.Select(each => found[each]).ToArray());
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    static void Learn(Type type, object value, Dictionary<Type, Type> found)
    {
        if (type.IsGenericParameter)
        {
            Type plain = PlainType(value);
            Type known;
            if (plain == null) return;
            // Of numbers the widest.
            if (!found.TryGetValue(type, out known) || Width(plain) > Width(known)) found[type] = plain;
        }
        else if (type.IsArray)
        {
            var items = value as List<object>;
            if (items != null) foreach (object item in items) Learn(type.GetElementType(), item, found);
        }
        else if (type.IsGenericType)
        {
            Type[] inner = type.GetGenericArguments();
            var items = value as List<object>;
            var entries = value as Dictionary<string, object>;
            if (items != null && IsTuple(type)) for (int i = 0; i < inner.Length && i < items.Count; i++) Learn(inner[i], items[i], found);
            else if (items != null) foreach (object item in items) Learn(inner[0], item, found);
            else if (entries != null && inner.Length == 2)
            {
                foreach (var entry in entries)
                {
                    Learn(inner[0], entry.Key, found);
                    Learn(inner[1], entry.Value, found);
                }
            }
            else if (value != null && Nullable.GetUnderlyingType(type) != null) Learn(inner[0], value, found);
        }
    }

    static int Width(Type type)
    {
        return type == typeof(double) ? 2 : type == typeof(long) ? 1 : 0;
    }

    static Type PlainType(object value)
    {
        var items = value as List<object>;
        if (items == null) return value == null ? null : value is Dictionary<string, object> ? typeof(Dictionary<string, object>) : Plain(value).GetType();
        var inner = items.Select(PlainType).Where(each => each != null).OrderByDescending(Width).FirstOrDefault();
        return inner == null ? null : typeof(List<>).MakeGenericType(inner);
    }

    /// <summary>By the constructor without arguments, whoever may call it.</summary>
    static object Make(Type type)
    {
        return Activator.CreateInstance(type, true);
    }

    // ---- arguments ----

    static Fault Misfit(object value, Type type)
    {
        var number = value as Numeral;
        string shown = number != null ? number.Text : value as string ?? (value == null ? "null" : value is bool ? value.ToString() : "a list or record");
        return new Fault("the argument " + shown + " does not fit " + type);
    }

    /// <param name="cost">grows with what is changed: by nothing for what a caller would declare</param>
    static object Convert(object value, Type type, ref long cost)
    {
        Type nullable = Nullable.GetUnderlyingType(type);
        if (nullable != null)
        {
            cost++;
            return value == null ? null : Convert(value, nullable, ref cost);
        }
        if (value == null)
        {
            if (type.IsValueType) throw Misfit(value, type);
            return null;
        }
        if (type == typeof(object))
        {
            cost += 2;
            return Plain(value);
        }
        var text = value as string;
        if (type == typeof(char) && text != null && text.Length == 1)
        {
            cost++;
            return text[0];
        }
        if (type == typeof(char[]) && text != null) return text.ToCharArray();
        if (type.IsInstanceOfType(value) && (text != null || value is bool)) return value;
        var number = value as Numeral;
        if (number != null) return ConvertNumber(number, type, ref cost);
        var items = value as List<object>;
        if (items != null) return ConvertList(items, type, ref cost);
        var entries = value as Dictionary<string, object>;
        if (entries != null) return ConvertRecord(entries, type, ref cost);
        throw Misfit(value, type);
    }

    static readonly Type[] ForWhole =
    {
        typeof(int), typeof(long), typeof(short), typeof(sbyte), typeof(uint), typeof(ulong), typeof(ushort), typeof(byte),
        typeof(BigInteger), typeof(double), typeof(float), typeof(decimal)
    };
    static readonly Type[] ForFloat = { typeof(double), typeof(float), typeof(decimal) };

    static object ConvertNumber(Numeral number, Type type, ref long cost)
    {
        int place = Array.IndexOf(number.IsWhole ? ForWhole : ForFloat, type);
        cost += place < 0 ? 20 : place;
        if (type == typeof(double)) return number.Float;
        if (type == typeof(float)) return (float)number.Float;
        try
        {
            if (type == typeof(decimal)) return decimal.Parse(number.Text, NumberStyles.Float, CultureInfo.InvariantCulture);
            BigInteger? whole = Array.IndexOf(ForWhole, type) >= 0 ? number.Whole : null;
            if (whole == null) throw Misfit(number, type);
            if (type == typeof(BigInteger)) return whole.Value;
            return System.Convert.ChangeType((decimal)whole.Value, type, CultureInfo.InvariantCulture);
        }
        catch (OverflowException)
        {
            throw Misfit(number, type);
        }
    }

    static object ConvertList(List<object> items, Type type, ref long cost)
    {
        if (type.IsArray) return type.GetArrayRank() == 1 ? ToArray(items, type.GetElementType(), ref cost) : ToGrid(items, type, ref cost);
        if (IsTuple(type)) return ToTuple(items, type, ref cost);
        Type wanted = Made(type, typeof(List<>), typeof(HashSet<>), typeof(ArrayList));
        Type inner = wanted == null ? null : ItemOf(wanted);
        if (inner == null) throw Misfit(items, type);
        // What adds one by one does so under a name of its own.
        var add = new[] { "Add", "Enqueue", "Push", "AddLast" }.Select(name => wanted.GetMethod(name, new[] { inner })).FirstOrDefault(each => each != null);
        if (add == null) throw Misfit(items, type);
        object result = Make(wanted);
        foreach (object item in items) add.Invoke(result, new[] { Convert(item, inner, ref cost) });
        return result;
    }

    static Array ToArray(List<object> items, Type inner, ref long cost)
    {
        Array result = Array.CreateInstance(inner, items.Count);
        for (int i = 0; i < items.Count; i++) result.SetValue(Convert(items[i], inner, ref cost), i);
        return result;
    }

    /// <summary>An array of several dimensions: its rows have one length.</summary>
    static Array ToGrid(List<object> items, Type type, ref long cost)
    {
        var lengths = new int[type.GetArrayRank()];
        object level = items;
        for (int i = 0; i < lengths.Length; i++)
        {
            var list = level as List<object>;
            lengths[i] = list == null ? 0 : list.Count;
            level = list == null || list.Count == 0 ? null : list[0];
        }
        Array grid = Array.CreateInstance(type.GetElementType(), lengths);
        FillGrid(grid, items, new int[lengths.Length], 0, ref cost);
        return grid;
    }

    static void FillGrid(Array grid, object value, int[] place, int depth, ref long cost)
    {
        if (depth == place.Length)
        {
            grid.SetValue(Convert(value, grid.GetType().GetElementType(), ref cost), place);
            return;
        }
        var items = value as List<object>;
        if (items == null || items.Count != grid.GetLength(depth)) throw Misfit(value, grid.GetType());
        for (int i = 0; i < items.Count; i++)
        {
            place[depth] = i;
            FillGrid(grid, items[i], place, depth + 1, ref cost);
        }
    }

    static bool IsTuple(Type type)
    {
        return type.IsGenericType && (typeof(ITuple).IsAssignableFrom(type) || type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>));
    }

    static object ToTuple(List<object> items, Type type, ref long cost)
    {
        Type[] inner = type.GetGenericArguments();
        if (items.Count != inner.Length) throw Misfit(items, type);
        var places = new object[inner.Length];
        for (int i = 0; i < inner.Length; i++) places[i] = Convert(items[i], inner[i], ref cost);
        return Activator.CreateInstance(type, places);
    }

    /// <summary>The class itself where an object of it can be made, else the first that is of its kind.</summary>
    static Type Made(Type type, params Type[] known)
    {
        if (!type.IsInterface && !type.IsAbstract) return type.GetConstructor(Type.EmptyTypes) == null ? null : type;
        Type[] inner = type.GetGenericArguments();
        foreach (Type each in known)
        {
            int wanted = each.IsGenericTypeDefinition ? each.GetGenericArguments().Length : 0;
            if (wanted != inner.Length) continue;
            Type made = wanted == 0 ? each : each.MakeGenericType(inner);
            if (type.IsAssignableFrom(made)) return made;
        }
        return null;
    }

    static Type ItemOf(Type type)
    {
        Type items = Implemented(type, typeof(IEnumerable<>));
        return items != null ? items.GetGenericArguments()[0] : typeof(IEnumerable).IsAssignableFrom(type) ? typeof(object) : null;
    }

    static Type Implemented(Type type, Type definition)
    {
        return type.GetInterfaces().Concat(new[] { type }).FirstOrDefault(each => each.IsGenericType && each.GetGenericTypeDefinition() == definition);
    }

    static object ConvertRecord(Dictionary<string, object> entries, Type type, ref long cost)
    {
        Type wanted = Made(type, typeof(Dictionary<,>), typeof(SortedDictionary<,>), typeof(Hashtable));
        if (wanted == null || !typeof(IDictionary).IsAssignableFrom(wanted)) throw Misfit(entries, type);
        Type generic = Implemented(wanted, typeof(IDictionary<,>));
        Type[] inner = generic == null ? new[] { typeof(object), typeof(object) } : generic.GetGenericArguments();
        var result = (IDictionary)Make(wanted);
        foreach (var entry in entries) result[ConvertKey(entry.Key, inner[0], ref cost)] = Convert(entry.Value, inner[1], ref cost);
        return result;
    }

    /// <summary>A key stands for what it would be without its quotes.</summary>
    static object ConvertKey(string text, Type type, ref long cost)
    {
        if (type == typeof(bool) && (text == "true" || text == "false")) return text == "true";
        double any;
        if (Array.IndexOf(ForWhole, type) >= 0 && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out any))
            return ConvertNumber(new Numeral(text), type, ref cost);
        return Convert(text, type, ref cost);
    }

    /// <summary>As a caller would write it where anything is taken.</summary>
    static object Plain(object value)
    {
        var items = value as List<object>;
        if (items != null) return items.Select(Plain).ToList();
        var entries = value as Dictionary<string, object>;
        if (entries != null) return entries.ToDictionary(entry => entry.Key, entry => Plain(entry.Value));
        var number = value as Numeral;
        if (number == null) return value;
        if (!number.IsWhole) return number.Float;
        BigInteger whole = number.Whole.Value;
        if (whole >= int.MinValue && whole <= int.MaxValue) return (int)whole;
        return (long)whole;
    }

    // ---- results ----

    static void Write(object value, StringBuilder result)
    {
        if (value == null) result.Append("null");
        else if (value is bool) result.Append((bool)value ? "true" : "false");
        else if (value is char || value is string || value is StringBuilder) WriteText(value.ToString(), result);
        else if (IsNumber(value)) result.Append(NumberText(value));
        else if (value is DictionaryEntry) WriteItems(new[] { ((DictionaryEntry)value).Key, ((DictionaryEntry)value).Value }, result);
        else if (IsTuple(value.GetType())) WriteItems(PlacesOf(value), result);
        else if (IsRecord(value)) WriteRecord((IEnumerable)value, result);
        else if (value is Array && ((Array)value).Rank > 1) WriteGrid((Array)value, new int[((Array)value).Rank], 0, result);
        else if (value is IEnumerable) WriteItems((IEnumerable)value, result);
        else throw new NoJson("an object of " + value.GetType());
    }

    static bool IsNumber(object value)
    {
        return !value.GetType().IsEnum && Array.IndexOf(ForWhole, value.GetType()) >= 0;
    }

    static string NumberText(object value)
    {
        if (value is double && !IsFinite((double)value) || value is float && !IsFinite((float)value)) throw new NoJson(value.ToString());
        // The shortest that reads back as the same number of its type.
        string format = value is double || value is float ? "R" : null;
        return ((IFormattable)value).ToString(format, CultureInfo.InvariantCulture);
    }

    static bool IsFinite(double value)
    {
        return !double.IsNaN(value) && !double.IsInfinity(value);
    }

    static IEnumerable<object> PlacesOf(object tuple)
    {
        var places = tuple as ITuple;
        if (places != null) return Enumerable.Range(0, places.Length).Select(place => places[place]);
        return new[] { "Key", "Value" }.Select(name => tuple.GetType().GetProperty(name).GetValue(tuple));
    }

    static bool IsRecord(object value)
    {
        return value is IDictionary || new[] { typeof(IDictionary<,>), typeof(IReadOnlyDictionary<,>) }.Any(each => Implemented(value.GetType(), each) != null);
    }

    static void WriteItems(IEnumerable items, StringBuilder result)
    {
        string before = "[";
        foreach (object item in items)
        {
            result.Append(before);
            Write(item, result);
            before = ",";
        }
        result.Append(before == "[" ? "[]" : "]");
    }

    static void WriteGrid(Array grid, int[] place, int depth, StringBuilder result)
    {
        if (depth == place.Length)
        {
            Write(grid.GetValue(place), result);
            return;
        }
        result.Append('[');
        for (int i = 0; i < grid.GetLength(depth); i++)
        {
            if (i > 0) result.Append(',');
            place[depth] = i;
            WriteGrid(grid, place, depth + 1, result);
        }
        result.Append(']');
    }

    static void WriteRecord(IEnumerable entries, StringBuilder result)
    {
        var seen = new HashSet<string>();
        result.Append('{');
        foreach (object entry in entries)
        {
            object[] places = (entry is DictionaryEntry ? new[] { ((DictionaryEntry)entry).Key, ((DictionaryEntry)entry).Value } : PlacesOf(entry)).ToArray();
            string key = KeyText(places[0]);
            if (!seen.Add(key)) throw new NoJson("two keys that are one in JSON");
            if (seen.Count > 1) result.Append(',');
            WriteText(key, result);
            result.Append(':');
            Write(places[1], result);
        }
        result.Append('}');
    }

    static string KeyText(object key)
    {
        if (key is bool) return (bool)key ? "true" : "false";
        if (key is string || key is char) return key.ToString();
        if (key != null && IsNumber(key)) return NumberText(key);
        throw new NoJson("a key that is no text");
    }

    static void WriteText(string text, StringBuilder result)
    {
        result.Append('"');
        foreach (char c in text)
        {
            if (c < 0x20 || c == '"' || c == '\\' || char.IsSurrogate(c)) result.Append("\\u").Append(((int)c).ToString("x4"));
            else result.Append(c);
        }
        result.Append('"');
    }

    // ---- the call ----

    sealed class Reader
    {
        readonly string text;
        int at = 0;

        public Reader(string text) { this.text = text; }

        public object Value()
        {
            Space();
            char c = text[at];
            if (c == '{') return Record();
            if (c == '[') return List();
            if (c == '"') return Text();
            if (Take("null")) return null;
            if (Take("true")) return true;
            if (Take("false")) return false;
            int from = at;
            while (at < text.Length && "+-.eE0123456789".IndexOf(text[at]) >= 0) at++;
            if (from == at) throw new Fault("the call is no JSON");
            return new Numeral(text.Substring(from, at - from));
        }

        bool Take(string word)
        {
            if (string.CompareOrdinal(text, at, word, 0, word.Length) != 0) return false;
            at += word.Length;
            return true;
        }

        void Space()
        {
            while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
        }

        bool More(char close)
        {
            Space();
            char c = text[at];
            if (c == close || c == ',') at++;
            return c != close;
        }

        List<object> List()
        {
            var result = new List<object>();
            at++;
            while (More(']')) result.Add(Value());
            return result;
        }

        Dictionary<string, object> Record()
        {
            var result = new Dictionary<string, object>();
            at++;
            while (More('}'))
            {
                Space();
                string key = Text();
                Space();
                at++;
                result[key] = Value();
            }
            return result;
        }

        string Text()
        {
            var result = new StringBuilder();
            for (at++; text[at] != '"'; at++)
            {
                char c = text[at];
                if (c == '\\')
                {
                    c = text[++at];
                    int named = "bfnrt".IndexOf(c);
                    if (c == 'u')
                    {
                        c = (char)int.Parse(text.Substring(at + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                        at += 4;
                    }
                    else if (named >= 0)
                    {
                        c = "\b\f\n\r\t"[named];
                    }
                }
                result.Append(c);
            }
            at++;
            return result.ToString();
        }
    }
}
