import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.NestingKind;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.ElementFilter;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles one Java source after another, with the frames of CompileFrames.java. Annotation processors never run. */
public final class CompileServer {
    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();
    private static final List<String> OPTIONS = List.of(
        "-proc:none", "-nowarn", "-Xlint:none", "-implicit:none", "-classpath", System.getProperty("gepo.classes", "."));

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

        /** In the order in which the compiler wrote them. */
        Map<String, byte[]> contents() {
            Map<String, byte[]> contents = new LinkedHashMap<>();
            for (ClassFile file : classes) contents.put(file.path, file.content.toByteArray());
            return contents;
        }

        @Override
        public JavaFileObject getJavaFileForOutput(Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
            ClassFile file = new ClassFile(name);
            classes.add(file);
            return file;
        }
    }

    public static void main(String[] arguments) throws IOException {
        StandardJavaFileManager system = COMPILER.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8);
        CompileFrames.serve(
            texts -> compile(texts.get(0), system),
            "public class Main { public static void main(String[] a) { System.out.println(1); } }");
    }

    private static byte[] compile(String text, StandardJavaFileManager system) throws IOException {
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        StringWriter other = new StringWriter();
        InMemory files = new InMemory(system);
        try {
            JavacTask task = (JavacTask) COMPILER.getTask(other, files, problems, OPTIONS, null, List.of(new Source(text)));
            CompilationUnitTree unit = task.parse().iterator().next();
            task.analyze();
            boolean failed = problems.getDiagnostics().stream().anyMatch(p -> p.getKind() == javax.tools.Diagnostic.Kind.ERROR);
            // Before class files are made, after which the task tells nothing more.
            String mainClass = failed ? "" : findMainClass(task, unit);
            if (!failed) task.generate();
            failed |= problems.getDiagnostics().stream().anyMatch(p -> p.getKind() == javax.tools.Diagnostic.Kind.ERROR);
            if (failed) return CompileFrames.failure(describe(problems) + other);
            return CompileFrames.success(mainClass, files.contents());
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError error) {
            return CompileFrames.failure(describe(problems) + other + "\nthe compiler failed: " + error);
        }
    }

    /** The class to run, as graders that call an answer's file Main.java find it: `Main` first, then a public one. */
    private static String findMainClass(JavacTask task, CompilationUnitTree unit) {
        String folder = unit.getPackageName() == null ? "" : unit.getPackageName() + ".";
        List<TypeElement> types = new ArrayList<>();
        for (Tree declared : unit.getTypeDecls()) {
            TypeElement type = declared instanceof ClassTree ? task.getElements().getTypeElement(folder + ((ClassTree) declared).getSimpleName()) : null;
            if (type != null) addWithNested(type, types);
        }
        return types.stream()
            .filter(type -> runs(task, type))
            .min(Comparator.comparingInt(CompileServer::rank))
            .map(type -> task.getElements().getBinaryName(type).toString())
            .orElse("");
    }

    private static void addWithNested(TypeElement type, List<TypeElement> types) {
        types.add(type);
        for (TypeElement nested : ElementFilter.typesIn(type.getEnclosedElements())) addWithNested(nested, types);
    }

    private static int rank(TypeElement type) {
        boolean isMain = type.getSimpleName().contentEquals("Main");
        if (type.getNestingKind() != NestingKind.TOP_LEVEL) return isMain ? 2 : 4;
        return isMain ? 0 : type.getModifiers().contains(Modifier.PUBLIC) ? 1 : 3;
    }

    /** Whether it has, or inherits, `public static void main(String[])`. */
    private static boolean runs(JavacTask task, TypeElement type) {
        TypeMirror texts = task.getTypes().getArrayType(task.getElements().getTypeElement("java.lang.String").asType());
        return ElementFilter.methodsIn(task.getElements().getAllMembers(type)).stream().anyMatch(method ->
            method.getSimpleName().contentEquals("main")
                && method.getModifiers().containsAll(List.of(Modifier.PUBLIC, Modifier.STATIC))
                && method.getReturnType().getKind() == TypeKind.VOID
                && method.getParameters().size() == 1
                && task.getTypes().isSameType(method.getParameters().get(0).asType(), texts));
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
}
