/**
 * What MultiPL-E's programs in Java import beside the library: tuples of one to ten values in the package
 * org.javatuples. In our own words, as far as programs use them; pure.
 */
const NAMES = [
  'Unit',
  'Pair',
  'Triplet',
  'Quartet',
  'Quintet',
  'Sextet',
  'Septet',
  'Octet',
  'Ennead',
  'Decade',
]

const range = (count: number) => Array.from({ length: count }, (_, index) => index)

function tupleClass(name: string, count: number): string {
  const types = range(count).map((index) => `T${index}`)
  const list = types.join(', ')
  const own = `${name}<${list}>`
  const parameters = types.map((type, index) => `${type} value${index}`).join(', ')
  const values = range(count).map((index) => `value${index}`)
  const members = types.map((type, index) => {
    const others = types.map((each, at) => (at === index ? 'X' : each)).join(', ')
    const passed = values.map((value, at) => (at === index ? 'value' : value)).join(', ')
    return `
  private final ${type} value${index};
  public ${type} getValue${index}() { return value${index}; }
  public <X> ${name}<${others}> setAt${index}(X value) { return new ${name}<${others}>(${passed}); }`
  })
  return `
public class ${name}<${list}> extends Tuple {
  public ${name}(${parameters}) { super(${values.join(', ')}); ${values.map((value) => `this.${value} = ${value};`).join(' ')} }
  public static <${list}> ${own} with(${parameters}) { return new ${own}(${values.join(', ')}); }
${members.join('')}
}`
}

const TUPLE = `package org.javatuples;

import java.util.*;

public abstract class Tuple implements Iterable<Object>, Comparable<Tuple>, java.io.Serializable {
  private final Object[] values;
  protected Tuple(Object... values) { this.values = values; }
  public int getSize() { return values.length; }
  public Object getValue(int index) { return values[index]; }
  public boolean contains(Object value) { return toList().contains(value); }
  public boolean containsAll(Collection<?> all) { return toList().containsAll(all); }
  public int indexOf(Object value) { return toList().indexOf(value); }
  public List<Object> toList() { return new ArrayList<>(Arrays.asList(values)); }
  public Object[] toArray() { return values.clone(); }
  public Iterator<Object> iterator() { return toList().iterator(); }
  @Override public int hashCode() { return Arrays.hashCode(values); }
  @Override public boolean equals(Object other) {
    return other != null && getClass() == other.getClass() && Arrays.equals(values, ((Tuple) other).values);
  }
  @Override public String toString() { return Arrays.toString(values); }
  @SuppressWarnings("unchecked")
  @Override public int compareTo(Tuple other) {
    for (int i = 0; i < Math.min(values.length, other.values.length); i++) {
      int order = ((Comparable<Object>) values[i]).compareTo(other.values[i]);
      if (order != 0) return order;
    }
    return Integer.compare(values.length, other.values.length);
  }
}`

/** One file of source with all of them. */
export const JAVA_TUPLES = [TUPLE, ...NAMES.map((name, index) => tupleClass(name, index + 1))].join('\n')
