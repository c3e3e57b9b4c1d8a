package gepo.test

import java.io.{DataInputStream, FileInputStream, FileOutputStream}
import java.lang.reflect.InvocationTargetException

/** As GepoTest.java, for a main method that an object of Scala has. */
object GepoTest {
  def main(arguments: Array[String]): Unit = {
    val word = new Array[Byte](32)
    val in = new DataInputStream(new FileInputStream("/proc/self/fd/4"))
    in.readFully(word)
    in.close()
    mask(word)
    val module = Class.forName(arguments(0) + "$")
    val main = module.getMethod("main", classOf[Array[String]])
    try main.invoke(module.getField("MODULE$").get(null), new Array[String](0))
    catch {
      case error: InvocationTargetException =>
        error.getCause.printStackTrace()
        Runtime.getRuntime.halt(1)
      case error: ExceptionInInitializerError =>
        error.getCause.printStackTrace()
        Runtime.getRuntime.halt(1)
    }
    mask(word)
    val out = new FileOutputStream("/proc/self/fd/3")
    out.write(word)
    Runtime.getRuntime.halt(0)
  }

  private def mask(word: Array[Byte]): Unit =
    for (i <- word.indices) word(i) = (word(i) ^ (0xa5 + 3 * i)).toByte
}
