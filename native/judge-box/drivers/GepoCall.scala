package gepo.call

import java.io.{FileInputStream, FileOutputStream}
import java.nio.charset.StandardCharsets.UTF_8
import scala.collection.generic.CanBuildFrom
import scala.collection.{mutable, GenTraversableOnce}
import scala.language.higherKinds
import scala.reflect.ClassTag

private class Fault(message: String) extends RuntimeException(message)
private class NoJson(what: String) extends RuntimeException(what)

/** As it is written, until its type is known. */
private case class Numeral(text: String)

/** Stands for what it would be without its quotes. */
private case class Key(text: String)

/** How a value of JSON is read where a type is wanted. */
trait From[A] { def read(json: Any): A }

object From {
  private def from[A](wanted: String)(convert: PartialFunction[Any, A]): From[A] = new From[A] {
    def read(json: Any): A = convert.applyOrElse(json, (_: Any) => throw new Fault("an argument is no " + wanted))
  }

  private def exact[A](wanted: String)(convert: BigDecimal => A): From[A] = {
    def number(text: String) =
      try convert(BigDecimal(new java.math.BigDecimal(text)))
      catch { case _: ArithmeticException | _: NumberFormatException => throw new Fault(text + " is no " + wanted) }
    from(wanted) {
      case Numeral(text) => number(text)
      case Key(text) => number(text)
    }
  }

  implicit val flag: From[Boolean] = from("Boolean") {
    case value: Boolean => value
    case Key("true") => true
    case Key("false") => false
  }
  implicit val byte: From[Byte] = exact("Byte")(_.toByteExact)
  implicit val short: From[Short] = exact("Short")(_.toShortExact)
  implicit val int: From[Int] = exact("Int")(_.toIntExact)
  implicit val long: From[Long] = exact("Long")(_.toLongExact)
  implicit val bigInt: From[BigInt] = exact("BigInt")(value => BigInt(value.bigDecimal.toBigIntegerExact))
  implicit val double: From[Double] = exact("Double")(_.bigDecimal.doubleValue)
  implicit val float: From[Float] = exact("Float")(_.bigDecimal.floatValue)
  implicit val bigDecimal: From[BigDecimal] = exact("BigDecimal")(identity)
  implicit val text: From[String] = from("String") {
    case value: String => value
    case Key(value) => value
  }
  implicit val char: From[Char] = from("Char") {
    case value: String if value.length == 1 => value.charAt(0)
    case Key(value) if value.length == 1 => value.charAt(0)
  }
  /** As a caller would write it where anything is taken. */
  implicit val any: From[Any] = new From[Any] { def read(json: Any): Any = plain(json) }

  private def plain(json: Any): Any = json match {
    case Numeral(text) if text.forall(c => c.isDigit || c == '-') =>
      val whole = text.toLong
      if (whole.isValidInt) whole.toInt else whole
    case Numeral(text) => text.toDouble
    case Key(text) => text
    case list: List[_] => list.map(plain)
    case map: Map[_, _] => map.map { case (Key(key), item) => (key, plain(item)) }
    case other => other
  }

  implicit def option[A](implicit item: From[A]): From[Option[A]] = new From[Option[A]] {
    def read(json: Any): Option[A] = if (json == null) None else Some(item.read(json))
  }

  private def items[A](json: Any, item: From[A]): List[A] = json match {
    case list: List[_] => list.map(item.read)
    case text: String if item eq char => text.toList.asInstanceOf[List[A]]
    case _ => throw new Fault("an argument is no list")
  }

  implicit def collection[A, C[X] <: Traversable[X]](implicit item: From[A], build: CanBuildFrom[Nothing, A, C[A]]): From[C[A]] =
    new From[C[A]] { def read(json: Any): C[A] = (build() ++= items(json, item)).result() }

  implicit def array[A: ClassTag](implicit item: From[A]): From[Array[A]] =
    new From[Array[A]] { def read(json: Any): Array[A] = items(json, item).toArray }

  implicit def map[K, V, M[X, Y] <: scala.collection.Map[X, Y]](
      implicit key: From[K], item: From[V], build: CanBuildFrom[Nothing, (K, V), M[K, V]]): From[M[K, V]] =
    from("Map") {
      case record: Map[_, _] => (build() ++= record.toSeq.map { case (name, value) => (key.read(name), item.read(value)) }).result()
    }

  implicit def pair[A, B](implicit a: From[A], b: From[B]): From[(A, B)] =
    from("pair") { case List(x, y) => (a.read(x), b.read(y)) }
  implicit def triple[A, B, C](implicit a: From[A], b: From[B], c: From[C]): From[(A, B, C)] =
    from("tuple of three") { case List(x, y, z) => (a.read(x), b.read(y), c.read(z)) }
  implicit def four[A, B, C, D](implicit a: From[A], b: From[B], c: From[C], d: From[D]): From[(A, B, C, D)] =
    from("tuple of four") { case List(x, y, z, u) => (a.read(x), b.read(y), c.read(z), d.read(u)) }
}

/**
 * Calls one function of an answer: the call as JSON from descriptor 4, its result behind a nonce to descriptor 3.
 * Compiled once for a judge. What is compiled behind an answer gives its function to `run`, by `of1`, `of2` and so on, or
 * calls it with what `read` gives. A result is written by what it is.
 */
object Driver {
  def read[A](json: Any)(implicit from: From[A]): A = from.read(json)

  // A function whose own type says how its arguments are read.
  def of0[R](f: () => R): List[Any] => Any = { case Nil => f() }
  def of1[A, R](f: A => R)(implicit r1: From[A]): List[Any] => Any = {
    case List(x1) => f(r1.read(x1))
  }
  def of2[A, B, R](f: (A, B) => R)(implicit r1: From[A], r2: From[B]): List[Any] => Any = {
    case List(x1, x2) => f(r1.read(x1), r2.read(x2))
  }
  def of3[A, B, C, R](f: (A, B, C) => R)(implicit r1: From[A], r2: From[B], r3: From[C]): List[Any] => Any = {
    case List(x1, x2, x3) => f(r1.read(x1), r2.read(x2), r3.read(x3))
  }
  def of4[A, B, C, D, R](f: (A, B, C, D) => R)(implicit r1: From[A], r2: From[B], r3: From[C], r4: From[D]): List[Any] => Any = {
    case List(x1, x2, x3, x4) => f(r1.read(x1), r2.read(x2), r3.read(x3), r4.read(x4))
  }
  def of5[A, B, C, D, E, R](f: (A, B, C, D, E) => R)(implicit r1: From[A], r2: From[B], r3: From[C], r4: From[D], r5: From[E]): List[Any] => Any = {
    case List(x1, x2, x3, x4, x5) => f(r1.read(x1), r2.read(x2), r3.read(x3), r4.read(x4), r5.read(x5))
  }
  def of6[A, B, C, D, E, F, R](f: (A, B, C, D, E, F) => R)(implicit r1: From[A], r2: From[B], r3: From[C], r4: From[D], r5: From[E], r6: From[F]): List[Any] => Any = {
    case List(x1, x2, x3, x4, x5, x6) => f(r1.read(x1), r2.read(x2), r3.read(x3), r4.read(x4), r5.read(x5), r6.read(x6))
  }
  def of7[A, B, C, D, E, F, G, R](f: (A, B, C, D, E, F, G) => R)(implicit r1: From[A], r2: From[B], r3: From[C], r4: From[D], r5: From[E], r6: From[F], r7: From[G]): List[Any] => Any = {
    case List(x1, x2, x3, x4, x5, x6, x7) => f(r1.read(x1), r2.read(x2), r3.read(x3), r4.read(x4), r5.read(x5), r6.read(x6), r7.read(x7))
  }
  def of8[A, B, C, D, E, F, G, H, R](f: (A, B, C, D, E, F, G, H) => R)(implicit r1: From[A], r2: From[B], r3: From[C], r4: From[D], r5: From[E], r6: From[F], r7: From[G], r8: From[H]): List[Any] => Any = {
    case List(x1, x2, x3, x4, x5, x6, x7, x8) => f(r1.read(x1), r2.read(x2), r3.read(x3), r4.read(x4), r5.read(x5), r6.read(x6), r7.read(x7), r8.read(x8))
  }

  /** @param choose the function as it takes so many arguments */
  def run(choose: Int => List[Any] => Any): Unit = {
    val call = new Reader(contentOf("/proc/self/fd/4")).value().asInstanceOf[Map[Key, Any]]
    val arguments = call(Key("arguments")).asInstanceOf[List[Any]]
    val result = choose(arguments.length)(arguments)
    val written =
      try {
        val out = new StringBuilder
        write(result, out)
        out.toString
      } catch { case error: NoJson => "!" + error.getMessage }
    val channel = new FileOutputStream("/proc/self/fd/3")
    channel.write((call(Key("nonce")) + "\n" + written).getBytes(UTF_8))
    // Threads that the answer has left must not keep the machine from ending.
    Console.flush()
    System.out.flush()
    Runtime.getRuntime.halt(0)
  }

  private def contentOf(path: String): String = {
    val in = new FileInputStream(path)
    try new String(in.readAllBytes(), UTF_8)
    finally in.close()
  }

  // ---- results ----

  private def write(value: Any, out: StringBuilder): Unit = value match {
    case null | None | () => out ++= "null"
    case Some(item) => write(item, out)
    case flag: Boolean => out ++= flag.toString
    case number @ (_: Double | _: Float) =>
      val double = number.asInstanceOf[Number].doubleValue
      if (double.isNaN || double.isInfinity) throw new NoJson(number.toString)
      out ++= number.toString
    case number @ (_: Byte | _: Short | _: Int | _: Long | _: BigInt | _: BigDecimal | _: Number) => out ++= number.toString
    case char: Char => writeText(char.toString, out)
    case text: CharSequence => writeText(text.toString, out)
    case map: scala.collection.Map[_, _] => writeMap(map, out)
    case array: Array[_] => writeItems(array.iterator, out)
    case items: GenTraversableOnce[_] => writeItems(items.toIterator, out)
    case tuple: Product if tuple.getClass.getName.startsWith("scala.Tuple") => writeItems(tuple.productIterator, out)
    case other => throw new NoJson("an object of " + other.getClass.getName)
  }

  private def writeItems(items: Iterator[Any], out: StringBuilder): Unit = {
    out += '['
    var isFirst = true
    for (item <- items) {
      if (!isFirst) out += ','
      isFirst = false
      write(item, out)
    }
    out += ']'
  }

  private def writeMap(map: scala.collection.Map[_, _], out: StringBuilder): Unit = {
    val keys = mutable.Set[String]()
    out += '{'
    for ((key, item) <- map) {
      val name = key match {
        case text: CharSequence => text.toString
        case _: Char | _: Boolean | _: Byte | _: Short | _: Int | _: Long | _: BigInt | _: Double | _: Float => key.toString
        case _ => throw new NoJson("a key that is neither text nor a number")
      }
      if (keys.nonEmpty) out += ','
      if (!keys.add(name)) throw new NoJson("two keys that are one in JSON")
      writeText(name, out)
      out += ':'
      write(item, out)
    }
    out += '}'
  }

  private def writeText(text: String, out: StringBuilder): Unit = {
    out += '"'
    for (c <- text) {
      if (c < ' ' || c == '"' || c == '\\' || c.isSurrogate) out ++= "\\u%04x".format(c.toInt)
      else out += c
    }
    out += '"'
  }
}

private class Reader(text: String) {
  private var at = 0

  def value(): Any = {
    space()
    text.charAt(at) match {
      case '{' => record()
      case '[' => list()
      case '"' => string()
      case 'n' => take("null", null)
      case 't' => take("true", true)
      case 'f' => take("false", false)
      case _ =>
        val start = at
        while (at < text.length && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) at += 1
        if (start == at) throw new Fault("the call is no JSON")
        Numeral(text.substring(start, at))
    }
  }

  private def take(word: String, meaning: Any): Any = {
    at += word.length
    meaning
  }

  private def space(): Unit = while (at < text.length && text.charAt(at).isWhitespace) at += 1

  private def hasMore(close: Char): Boolean = {
    space()
    val c = text.charAt(at)
    if (c == close || c == ',') at += 1
    c != close
  }

  private def list(): List[Any] = {
    val items = List.newBuilder[Any]
    at += 1
    while (hasMore(']')) items += value()
    items.result()
  }

  private def record(): Map[Key, Any] = {
    val entries = Map.newBuilder[Key, Any]
    at += 1
    while (hasMore('}')) {
      space()
      val key = string()
      space()
      at += 1
      entries += Key(key) -> value()
    }
    entries.result()
  }

  private def string(): String = {
    val result = new StringBuilder
    at += 1
    while (text.charAt(at) != '"') {
      var c = text.charAt(at)
      if (c == '\\') {
        at += 1
        c = text.charAt(at)
        val named = "bfnrt".indexOf(c)
        if (c == 'u') {
          c = Integer.parseInt(text.substring(at + 1, at + 5), 16).toChar
          at += 4
        } else if (named >= 0) c = "\b\f\n\r\t".charAt(named)
      }
      result += c
      at += 1
    }
    at += 1
    result.toString
  }
}
