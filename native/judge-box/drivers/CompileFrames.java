/**
 * What the compile servers have in common: a source in, class files out, as frames. The host appends this file to each
 * server's, because Java's launcher takes a single file; it has no imports, which could not stand here.
 *
 * In: requests (u32 count, count times bytes: a source in UTF-8, and what else its compiler is told). Out: an empty frame
 * once the compiler is ready, then a frame for each source:
 * u32 0, bytes main class (empty if there is none), u32 count, count times (bytes path, bytes class file); or u32 1,
 * bytes message. Lengths are little-endian; `bytes` is u32 length and bytes.
 */
final class CompileFrames {
    private static final int MOST_MESSAGE_CHARS = 4000;

    /** Gives what `success` or `failure` made. */
    interface Compiler {
        byte[] compile(java.util.List<String> texts) throws java.io.IOException;
    }

    private CompileFrames() {}

    /** When the machine's CPU time, in ns, is so much, the source at hand has taken too much of it. */
    private static long stopAt = Long.MAX_VALUE;

    /**
     * Compiles `first`, which loads most of the compiler, then what comes until there is no more. A source that takes
     * more CPU time than the property `gepo.cpuMs` allows is answered by a failure, and ends the machine: a compiler
     * cannot be stopped otherwise.
     */
    static void serve(Compiler compiler, String first) throws java.io.IOException {
        java.io.DataInputStream in = new java.io.DataInputStream(System.in);
        java.io.DataOutputStream out = new java.io.DataOutputStream(System.out);
        compiler.compile(java.util.List.of(first));
        send(out, new byte[0]);
        long mostNs = Long.getLong("gepo.cpuMs") * 1000000;
        Thread watch = new Thread(() -> watch(out, mostNs / 1000000));
        watch.setDaemon(true);
        watch.start();
        while (true) {
            java.util.List<String> texts = new java.util.ArrayList<>();
            try {
                for (int left = Integer.reverseBytes(in.readInt()); left > 0; left--) {
                    byte[] text = new byte[Integer.reverseBytes(in.readInt())];
                    in.readFully(text);
                    texts.add(new String(text, java.nio.charset.StandardCharsets.UTF_8));
                }
            } catch (java.io.EOFException end) {
                return;
            }
            synchronized (CompileFrames.class) {
                stopAt = cpuNs() + mostNs;
            }
            byte[] answer = compiler.compile(texts);
            synchronized (CompileFrames.class) {
                stopAt = Long.MAX_VALUE;
                send(out, answer);
            }
        }
    }

    private static void watch(java.io.DataOutputStream out, long mostMs) {
        try {
            while (true) {
                Thread.sleep(50);
                synchronized (CompileFrames.class) {
                    if (cpuNs() <= stopAt) continue;
                    send(out, failure("the compiler took more than " + mostMs / 1000.0 + " s of CPU time"));
                    Runtime.getRuntime().halt(0);
                }
            }
        } catch (java.io.IOException | InterruptedException error) {
            Runtime.getRuntime().halt(1);
        }
    }

    private static long cpuNs() {
        java.lang.management.OperatingSystemMXBean system = java.lang.management.ManagementFactory.getOperatingSystemMXBean();
        return ((com.sun.management.OperatingSystemMXBean) system).getProcessCpuTime();
    }

    /** `classes` are class files by their paths. */
    static byte[] success(String mainClass, java.util.Map<String, byte[]> classes) throws java.io.IOException {
        java.io.ByteArrayOutputStream body = new java.io.ByteArrayOutputStream();
        java.io.DataOutputStream out = new java.io.DataOutputStream(body);
        writeNumber(out, 0);
        writeText(out, mainClass);
        writeNumber(out, classes.size());
        for (java.util.Map.Entry<String, byte[]> entry : classes.entrySet()) {
            writeText(out, entry.getKey());
            writeBytes(out, entry.getValue());
        }
        return body.toByteArray();
    }

    static byte[] failure(String message) throws java.io.IOException {
        java.io.ByteArrayOutputStream body = new java.io.ByteArrayOutputStream();
        java.io.DataOutputStream out = new java.io.DataOutputStream(body);
        writeNumber(out, 1);
        writeText(out, message.substring(0, Math.min(message.length(), MOST_MESSAGE_CHARS)));
        return body.toByteArray();
    }

    private static void send(java.io.DataOutputStream out, byte[] body) throws java.io.IOException {
        writeBytes(out, body);
        out.flush();
    }

    private static void writeText(java.io.DataOutputStream out, String text) throws java.io.IOException {
        writeBytes(out, text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static void writeBytes(java.io.DataOutputStream out, byte[] content) throws java.io.IOException {
        writeNumber(out, content.length);
        out.write(content);
    }

    private static void writeNumber(java.io.DataOutputStream out, int value) throws java.io.IOException {
        out.writeInt(Integer.reverseBytes(value));
    }
}
