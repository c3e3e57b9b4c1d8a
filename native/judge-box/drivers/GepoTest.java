package gepo.test;

import java.io.DataInputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/**
 * Runs the main method of a test in the form of code, whose class is the argument. If it returns, the run's word, which
 * was read from descriptor 4 before, goes to descriptor 3. No field has it, and no text.
 */
public final class GepoTest {
    public static void main(String[] arguments) throws Throwable {
        byte[] word = new byte[32];
        try (DataInputStream in = new DataInputStream(new FileInputStream("/proc/self/fd/4"))) {
            in.readFully(word);
        }
        mask(word);
        Method main = Class.forName(arguments[0]).getDeclaredMethod("main", String[].class);
        main.setAccessible(true);
        try {
            main.invoke(null, (Object) new String[0]);
        } catch (InvocationTargetException error) {
            error.getCause().printStackTrace();
            Runtime.getRuntime().halt(1);
        }
        mask(word);
        try (FileOutputStream out = new FileOutputStream("/proc/self/fd/3")) {
            out.write(word);
        }
        // Threads that the answer has left, and what it would do at the end, do not matter.
        Runtime.getRuntime().halt(0);
    }

    private static void mask(byte[] word) {
        for (int i = 0; i < word.length; i++) word[i] ^= (byte) (0xa5 + 3 * i);
    }
}
