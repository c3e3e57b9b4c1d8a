import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.NestingKind;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Compiles one source after another. In: frames (u32 length, UTF-8 text). Out: an empty frame once it is ready, then
 * a frame for each source: u32 0, bytes main class (empty if there is none), u32 count, count times (bytes path, bytes class file); or u32 1,
 * bytes message. Lengths are little-endian; `bytes` is u32 length and bytes. Annotation processors never run.
 */
public final class CompileServer {
    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();
    private static final List<String> OPTIONS = List.of("-proc:none", "-nowarn", "-Xlint:none", "-implicit:none");

    /** The answer's text. Whatever its public class is called, the name of its file fits. */
    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String text) {
            super(URI.create("memory:///Answer.java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreErrors) {
            return text;
        }

        @Override
        public boolean isNameCompatible(String simpleName, Kind kind) {
            return kind == Kind.SOURCE;
        }

        @Override
        public NestingKind getNestingKind() {
            return NestingKind.TOP_LEVEL;
        }
    }

    private static final class ClassFile extends SimpleJavaFileObject {
        final String path;
        final ByteArrayOutputStream content = new ByteArrayOutputStream();

        ClassFile(String className) {
            super(URI.create("memory:///" + className.replace('.', '/') + ".class"), Kind.CLASS);
            path = className.replace('.', '/') + ".class";
        }

        @Override
        public OutputStream openOutputStream() {
            return content;
        }
    }

    private static final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
        final List<ClassFile> classes = new ArrayList<>();

        InMemory(JavaFileManager system) {
            super(system);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
            ClassFile file = new ClassFile(name);
            classes.add(file);
            return file;
        }
    }

    public static void main(String[] arguments) throws IOException {
        DataInputStream in = new DataInputStream(System.in);
        DataOutputStream out = new DataOutputStream(System.out);
        StandardJavaFileManager system = COMPILER.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8);
        // The first compilation loads most of the compiler.
        compile("public class Main { public static void main(String[] a) { System.out.println(1); } }", system);
        send(out, new byte[0]);
        while (true) {
            byte[] text;
            try {
                text = new byte[Integer.reverseBytes(in.readInt())];
                in.readFully(text);
            } catch (EOFException end) {
                return;
            }
            send(out, compile(new String(text, StandardCharsets.UTF_8), system));
        }
    }

    private static byte[] compile(String text, StandardJavaFileManager system) throws IOException {
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        StringWriter other = new StringWriter();
        InMemory files = new InMemory(system);
        try {
            JavacTask task = (JavacTask) COMPILER.getTask(other, files, problems, OPTIONS, null, List.of(new Source(text)));
            String mainClass = null;
            for (CompilationUnitTree unit : task.parse()) mainClass = findMainClass(unit);
            task.analyze();
            boolean failed = problems.getDiagnostics().stream().anyMatch(p -> p.getKind() == javax.tools.Diagnostic.Kind.ERROR);
            if (!failed) task.generate();
            failed |= problems.getDiagnostics().stream().anyMatch(p -> p.getKind() == javax.tools.Diagnostic.Kind.ERROR);
            if (failed) return failure(describe(problems) + other);
            return success(mainClass == null ? "" : mainClass, files.classes);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError error) {
            return failure(describe(problems) + other + "\nthe compiler failed: " + error);
        }
    }

    /** The first class of the unit, public ones first, that has a static method `main`. */
    private static String findMainClass(CompilationUnitTree unit) {
        String folder = unit.getPackageName() == null ? "" : unit.getPackageName() + ".";
        String found = null;
        for (Tree declared : unit.getTypeDecls()) {
            if (!(declared instanceof ClassTree)) continue;
            ClassTree type = (ClassTree) declared;
            if (!hasMain(type)) continue;
            if (type.getModifiers().getFlags().contains(Modifier.PUBLIC)) return folder + type.getSimpleName();
            if (found == null) found = folder + type.getSimpleName();
        }
        return found;
    }

    private static boolean hasMain(ClassTree type) {
        for (Tree member : type.getMembers()) {
            if (!(member instanceof MethodTree)) continue;
            MethodTree method = (MethodTree) member;
            if (method.getName().contentEquals("main") && method.getModifiers().getFlags().contains(Modifier.STATIC)) return true;
        }
        return false;
    }

    private static String describe(DiagnosticCollector<JavaFileObject> problems) {
        StringBuilder text = new StringBuilder();
        problems.getDiagnostics().stream()
            .filter(problem -> problem.getKind() == javax.tools.Diagnostic.Kind.ERROR)
            .limit(5)
            .forEach(problem -> text.append("line ").append(problem.getLineNumber()).append(": ")
                .append(problem.getMessage(Locale.ROOT)).append('\n'));
        return text.toString();
    }

    private static byte[] success(String mainClass, List<ClassFile> classes) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(body);
        writeNumber(out, 0);
        writeBytes(out, mainClass.getBytes(StandardCharsets.UTF_8));
        writeNumber(out, classes.size());
        for (ClassFile file : classes) {
            writeBytes(out, file.path.getBytes(StandardCharsets.UTF_8));
            writeBytes(out, file.content.toByteArray());
        }
        return body.toByteArray();
    }

    private static byte[] failure(String message) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(body);
        writeNumber(out, 1);
        writeBytes(out, message.substring(0, Math.min(message.length(), 4000)).getBytes(StandardCharsets.UTF_8));
        return body.toByteArray();
    }

    private static void send(DataOutputStream out, byte[] body) throws IOException {
        writeBytes(out, body);
        out.flush();
    }

    private static void writeBytes(DataOutputStream out, byte[] content) throws IOException {
        writeNumber(out, content.length);
        out.write(content);
    }

    private static void writeNumber(DataOutputStream out, int value) throws IOException {
        out.writeInt(Integer.reverseBytes(value));
    }
}
