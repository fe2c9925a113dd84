/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.testkit;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** What an object holds in memory, looked through by reflection. */
public final class HeldNumbers {
  private HeldNumbers() {}

  /** The elements of all arrays, buffers and keys that an object of ours leads to. */
  public static List<Long> of(Object root) throws Exception {
    List<Long> numbers = new ArrayList<>();
    collect(root, numbers, Collections.newSetFromMap(new IdentityHashMap<>()));
    return numbers;
  }

  private static void collect(Object object, List<Long> numbers, Set<Object> seen)
      throws Exception {
    if (object == null || !seen.add(object)) {
      return;
    }
    if (object instanceof int[] || object instanceof byte[]) {
      for (int i = 0; i < Array.getLength(object); i++) {
        numbers.add(Array.getLong(object, i));
      }
    } else if (object instanceof javax.crypto.SecretKey key) {
      collect(key.getEncoded(), numbers, seen);
    } else if (object instanceof float[] floats) {
      collect(FloatBuffer.wrap(floats), numbers, seen);
    } else if (object instanceof IntBuffer ints) {
      for (int i = 0; i < ints.capacity(); i++) {
        numbers.add((long) ints.get(i));
      }
    } else if (object instanceof FloatBuffer floats) {
      for (int i = 0; i < floats.capacity(); i++) {
        numbers.add((long) Float.floatToRawIntBits(floats.get(i)));
      }
    } else if (object instanceof Iterable<?> list) {
      for (Object element : list) {
        collect(element, numbers, seen);
      }
    } else if (object.getClass().getName().startsWith("org.lepcnn.")) {
      for (Field field : object.getClass().getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())) {
          field.setAccessible(true);
          collect(field.get(object), numbers, seen);
        }
      }
    }
  }

  /** The value of a field, whoever may see it. */
  public static Object field(Object object, String name) throws Exception {
    Field field = object.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(object);
  }
}
