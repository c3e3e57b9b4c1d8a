import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import scala.collection.Iterator;
import scala.collection.immutable.List;
import scala.collection.immutable.Nil$;
import scala.reflect.internal.util.BatchSourceFile;
import scala.reflect.internal.util.SourceFile;
import scala.reflect.io.AbstractFile;
import scala.reflect.io.VirtualDirectory;
import scala.reflect.io.VirtualFile;
import scala.tools.asm.ClassReader;
import scala.tools.asm.ClassVisitor;
import scala.tools.asm.FieldVisitor;
import scala.tools.asm.MethodVisitor;
import scala.tools.asm.Opcodes;
import scala.tools.nsc.Global;
import scala.tools.nsc.Settings;
import scala.tools.nsc.reporters.StoreReporter;

/**
 * Compiles one Scala source after another, with the frames of CompileFrames.java. Each source gets a compiler of its
 * own, so that none sees what another has declared. What is kept warm is the virtual machine.
 *
 * Behind a source may stand the name of a function and forms of a source that calls it. The first form that compiles, for
 * the first place of a function of that name, is the main class then. `HOLDER` stands for that place in a form.
 */
public final class ScalaCompileServer {
    public static void main(String[] arguments) throws IOException {
        CompileFrames.serve(
            ScalaCompileServer::compile,
            "object Main extends App { println(readLine.split(\" \").map(_.toInt).sum) }");
    }

    /** The main class of what is called. */
    private static final String CALLER = "GepoRun";

    private static byte[] compile(java.util.List<String> texts) throws IOException {
        StoreReporter reporter = new StoreReporter();
        VirtualDirectory directory = new VirtualDirectory("(memory)", scala.Option.empty());
        Map<String, byte[]> classes = new TreeMap<>();
        String mainClass;
        try {
            Settings settings = new Settings();
            settings.processArgumentString("-usejavacp -nowarn");
            settings.outputDirs().setSingleOutput(directory);
            Global global = new Global(settings, reporter);
            compileWith(global, "Answer.scala", texts.get(0));
            if (reporter.hasErrors()) return CompileFrames.failure(describe(reporter));
            collect(directory, "", classes);
            mainClass = mainClassOf(classes);
            if (texts.size() > 1) {
                String failure = compileCaller(global, reporter, classes, texts.get(1), texts.subList(2, texts.size()));
                if (failure != null) return CompileFrames.failure(failure);
                collect(directory, "", classes);
                mainClass = CALLER + ".class";
            }
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError error) {
            return CompileFrames.failure(describe(reporter) + "\nthe compiler failed: " + error);
        }
        return CompileFrames.success(mainClass.replaceAll("\\.class$", "").replace('/', '.'), classes);
    }

    private static String mainClassOf(Map<String, byte[]> classes) {
        String mainClass = null;
        for (Map.Entry<String, byte[]> entry : classes.entrySet()) {
            // As graders that call an answer's file Main.scala find it.
            boolean isMain = ("/" + entry.getKey()).endsWith("/Main.class");
            if ((mainClass == null || isMain) && hasMain(entry.getValue())) mainClass = entry.getKey();
        }
        return mainClass == null ? "" : mainClass;
    }

    private static void compileWith(Global global, String name, String text) {
        global.new Run().compileSources(listOf(new BatchSourceFile(new VirtualFile(name), text.toCharArray())));
    }

    /** Null once the caller is compiled, else why it is not. */
    private static String compileCaller(Global global, StoreReporter reporter, Map<String, byte[]> classes, String name, java.util.List<String> forms) {
        for (String path : classes.keySet())
            if (path.startsWith("gepo/call/") || path.startsWith(CALLER + ".") || path.startsWith(CALLER + "$")) return "the answer has the name of what calls it";
        String failure = null;
        for (String holder : holdersOf(name, classes)) {
            for (String form : forms) {
                reporter.reset();
                compileWith(global, CALLER + ".scala", form.replace("HOLDER", holder));
                if (!reporter.hasErrors()) return null;
                if (failure == null) failure = describe(reporter);
            }
        }
        return failure == null ? "there is no function " + name : failure;
    }

    /** A class of the answer, as far as a caller cares. */
    private static final class Outline {
        final java.util.Set<String> methods = new java.util.HashSet<>();
        String parent;
        boolean isObject, canBeMade, isAbstract;
    }

    /** Expressions for what has the function: objects, and classes that are made without arguments; the likeliest first. */
    private static java.util.List<String> holdersOf(String name, Map<String, byte[]> classes) {
        Map<String, Outline> outlines = new TreeMap<>();
        classes.forEach((path, content) -> outlines.put(path.replaceAll("\\.class$", ""), outlineOf(content)));
        Map<String, Integer> ranks = new java.util.LinkedHashMap<>();
        outlines.forEach((path, outline) -> {
            String place = path.replaceAll("\\$$", "");
            // Of what is in a class, or has no name, no caller can make one.
            if (place.matches(".*\\$(anon|\\d).*") || !inObjects(place, outlines) || !has(name, path, outlines)) return;
            String expression = place.replace('/', '.').replace('$', '.');
            int rank = place.matches("(.*[/$])?Solution") ? 0 : place.matches("(.*[/$])?Main") ? 2 : place.contains("$") ? 6 : 4;
            if (outline.isObject) ranks.merge(expression, rank, Math::min);
            else if (outline.canBeMade && !outline.isAbstract) ranks.merge("new " + expression + "()", rank + 1, Math::min);
        });
        java.util.List<String> holders = new java.util.ArrayList<>(ranks.keySet());
        holders.sort(java.util.Comparator.comparingInt(ranks::get));
        return holders;
    }

    private static boolean inObjects(String place, Map<String, Outline> outlines) {
        for (int at = place.lastIndexOf('$'); at > 0; at = place.lastIndexOf('$', at - 1))
            if (!outlines.containsKey(place.substring(0, at) + "$")) return false;
        return true;
    }

    private static boolean has(String name, String path, Map<String, Outline> outlines) {
        Outline outline = outlines.get(path);
        return outline != null && (outline.methods.contains(name) || has(name, outline.parent, outlines));
    }

    private static Outline outlineOf(byte[] content) {
        Outline outline = new Outline();
        new ClassReader(content).accept(new ClassVisitor(Opcodes.ASM5) {
            @Override
            public void visit(int version, int access, String name, String signature, String parent, String[] interfaces) {
                outline.parent = parent == null ? "" : parent;
                outline.isAbstract = (access & Opcodes.ACC_ABSTRACT) != 0;
            }

            @Override
            public FieldVisitor visitField(int access, String name, String type, String signature, Object value) {
                outline.isObject |= name.equals("MODULE$");
                return null;
            }

            @Override
            public MethodVisitor visitMethod(int access, String name, String type, String signature, String[] thrown) {
                if ((access & Opcodes.ACC_STATIC) == 0) outline.methods.add(name);
                outline.canBeMade |= name.equals("<init>") && type.equals("()V") && (access & Opcodes.ACC_PUBLIC) != 0;
                return null;
            }
        }, ClassReader.SKIP_CODE);
        return outline;
    }

    @SuppressWarnings("unchecked")
    private static List<SourceFile> listOf(SourceFile source) {
        return ((List<SourceFile>) (List<?>) Nil$.MODULE$).$colon$colon(source);
    }

    private static void collect(AbstractFile folder, String path, Map<String, byte[]> classes) throws IOException {
        for (Iterator<AbstractFile> files = folder.iterator(); files.hasNext();) {
            AbstractFile file = files.next();
            if (file.isDirectory()) collect(file, path + file.name() + "/", classes);
            else classes.put(path + file.name(), file.toByteArray());
        }
    }

    private static boolean hasMain(byte[] content) {
        boolean[] found = {false};
        new ClassReader(content).accept(new ClassVisitor(Opcodes.ASM5) {
            @Override
            public MethodVisitor visitMethod(int access, String name, String type, String signature, String[] thrown) {
                found[0] |= name.equals("main") && type.equals("([Ljava/lang/String;)V") && (access & Opcodes.ACC_STATIC) != 0;
                return null;
            }
        }, ClassReader.SKIP_CODE);
        return found[0];
    }

    private static String describe(StoreReporter reporter) {
        StringBuilder text = new StringBuilder();
        int left = 5;
        for (Iterator<StoreReporter.Info> infos = reporter.infos().iterator(); infos.hasNext() && left > 0; left--) {
            StoreReporter.Info info = infos.next();
            String line = info.pos().isDefined() ? "line " + info.pos().line() + ": " : "";
            text.append(line).append(info.msg()).append('\n');
        }
        return text.toString();
    }
}
