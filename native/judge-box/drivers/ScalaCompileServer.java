import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
 * Compiles one source after another, as CompileServer.java does for Java; the frames are the same. Each source gets a
 * compiler of its own, so that none sees what another has declared; what is kept warm is the virtual machine.
 */
public final class ScalaCompileServer {
    public static void main(String[] arguments) throws IOException {
        DataInputStream in = new DataInputStream(System.in);
        DataOutputStream out = new DataOutputStream(System.out);
        // The first compilations load most of the compiler.
        compile("object Main extends App { println(readLine.split(\" \").map(_.toInt).sum) }");
        send(out, new byte[0]);
        while (true) {
            byte[] text;
            try {
                text = new byte[Integer.reverseBytes(in.readInt())];
                in.readFully(text);
            } catch (EOFException end) {
                return;
            }
            send(out, compile(new String(text, StandardCharsets.UTF_8)));
        }
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
            return failure(describe(reporter) + "\nthe compiler failed: " + error);
        }
        if (reporter.hasErrors()) return failure(describe(reporter));
        Map<String, byte[]> classes = new TreeMap<>();
        collect(directory, "", classes);
        String mainClass = null;
        for (Map.Entry<String, byte[]> entry : classes.entrySet()) {
            if (mainClass == null && hasMain(entry.getValue())) mainClass = entry.getKey();
        }
        return success((mainClass == null ? "" : mainClass).replaceAll("\\.class$", "").replace('/', '.'), classes);
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

    private static byte[] success(String mainClass, Map<String, byte[]> classes) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(body);
        writeNumber(out, 0);
        writeBytes(out, mainClass.getBytes(StandardCharsets.UTF_8));
        writeNumber(out, classes.size());
        for (Map.Entry<String, byte[]> entry : classes.entrySet()) {
            writeBytes(out, entry.getKey().getBytes(StandardCharsets.UTF_8));
            writeBytes(out, entry.getValue());
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
