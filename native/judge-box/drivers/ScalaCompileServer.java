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
import scala.tools.asm.MethodVisitor;
import scala.tools.asm.Opcodes;
import scala.tools.nsc.Global;
import scala.tools.nsc.Settings;
import scala.tools.nsc.reporters.StoreReporter;

/**
 * Compiles one Scala source after another, with the frames of CompileFrames.java. Each source gets a compiler of its
 * own, so that none sees what another has declared. What is kept warm is the virtual machine.
 */
public final class ScalaCompileServer {
    public static void main(String[] arguments) throws IOException {
        CompileFrames.serve(
            ScalaCompileServer::compile,
            "object Main extends App { println(readLine.split(\" \").map(_.toInt).sum) }");
    }

    private static byte[] compile(String text) throws IOException {
        StoreReporter reporter = new StoreReporter();
        VirtualDirectory directory = new VirtualDirectory("(memory)", scala.Option.empty());
        try {
            Settings settings = new Settings();
            settings.processArgumentString("-usejavacp -nowarn");
            settings.outputDirs().setSingleOutput(directory);
            Global global = new Global(settings, reporter);
            SourceFile source = new BatchSourceFile(new VirtualFile("Answer.scala"), text.toCharArray());
            global.new Run().compileSources(listOf(source));
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError error) {
            return CompileFrames.failure(describe(reporter) + "\nthe compiler failed: " + error);
        }
        if (reporter.hasErrors()) return CompileFrames.failure(describe(reporter));
        Map<String, byte[]> classes = new TreeMap<>();
        collect(directory, "", classes);
        String mainClass = null;
        for (Map.Entry<String, byte[]> entry : classes.entrySet()) {
            // As graders that call an answer's file Main.scala find it.
            boolean isMain = ("/" + entry.getKey()).endsWith("/Main.class");
            if ((mainClass == null || isMain) && hasMain(entry.getValue())) mainClass = entry.getKey();
        }
        return CompileFrames.success((mainClass == null ? "" : mainClass).replaceAll("\\.class$", "").replace('/', '.'), classes);
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
