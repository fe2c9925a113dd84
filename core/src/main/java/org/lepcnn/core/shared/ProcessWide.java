/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.shared;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Resources that a process has once, however many of its operators use them: packed weights, and
 * the readers of Kafka's topics with their threads and connections. The first user opens one, the
 * last user closes it.
 *
 * <p><b>Why this is static.</b> Flink makes every operator of a process from a serialized copy of
 * its own. The copies have no object in common through which they could find each other; a class is
 * all that they share. A copy of the weights for each would not fit into memory, and a reader for
 * each would multiply the broker's work. This is the only place with such state, so that there is
 * one answer to what a job leaves behind in a process that goes on: nothing, once its users have
 * closed their shares. Thread-safe.
 */
public final class ProcessWide {
  private static final Map<Name, Resource<?>> OPEN = new HashMap<>();

  private ProcessWide() {}

  private record Name(Class<?> kind, Object key) {}

  private record Opened<V>(V value, Consumer<V> closer) {}

  /**
   * A share in a resource, which is opened unless it is there. What its last user is closing is
   * opened anew once it is closed, so that a key is never open twice. Others wait for that only
   * when they want the same one.
   *
   * @param kind tells resources of different owners apart
   * @param key which one of the kind, with equals and hashCode
   * @param opener makes it; when that fails nothing is kept
   * @param closer closes it after its last user; must not wait for who opens the same one
   */
  public static <V> Share<V> share(
      Class<?> kind, Object key, Supplier<V> opener, Consumer<V> closer) {
    Resource<V> resource = enter(new Name(kind, key));
    try {
      return new Share<>(resource, resource.open(opener, closer));
    } catch (RuntimeException | Error e) {
      resource.leave();
      throw e;
    }
  }

  @SuppressWarnings("unchecked") // a kind has resources of one type
  private static <V> Resource<V> enter(Name name) {
    synchronized (OPEN) {
      Resource<V> resource = (Resource<V>) OPEN.computeIfAbsent(name, Resource::new);
      resource.users++;
      return resource;
    }
  }

  /**
   * A resource with the number of its users. Its own lock is held while it is opened or closed; the
   * map's lock, which guards the number, is held for a moment only, and taken second. What has no
   * users stays in the map until it is closed.
   */
  private static final class Resource<V> {
    private final Name name;
    private int users;
    private @Nullable Opened<V> opened; // null before it is opened, and once it is closed

    Resource(Name name) {
      this.name = name;
    }

    synchronized V open(Supplier<V> opener, Consumer<V> closer) {
      Opened<V> now = opened;
      if (now == null) {
        now = new Opened<>(opener.get(), closer);
        opened = now;
      }
      return now.value();
    }

    void enterAgain() {
      synchronized (OPEN) {
        users++;
      }
    }

    void leave() {
      synchronized (OPEN) {
        users--;
        if (users > 0) {
          return;
        }
      }
      closeUnlessUsed();
    }

    private synchronized void closeUnlessUsed() {
      if (isUsed()) { // by somebody who came after the last one left
        return;
      }
      Opened<V> last = opened;
      opened = null;
      try {
        if (last != null) {
          last.closer().accept(last.value());
        }
      } finally {
        removeUnlessUsed();
      }
    }

    private boolean isUsed() {
      synchronized (OPEN) {
        return users > 0;
      }
    }

    private void removeUnlessUsed() {
      synchronized (OPEN) {
        if (users == 0) {
          OPEN.remove(name, this);
        }
      }
    }
  }

  /**
   * A share in a resource, which stays open until this is closed.
   *
   * @param <V> the resource
   */
  public static final class Share<V> implements AutoCloseable {
    private final Resource<V> resource;
    private final V value;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Share(Resource<V> resource, V value) {
      this.resource = resource;
      this.value = value;
    }

    /** The resource. */
    public V get() {
      return value;
    }

    /** A further share, while this one is open. */
    public Share<V> again() {
      resource.enterAgain();
      return new Share<>(resource, value);
    }

    /** Closes the resource when nobody else uses it; a second call does nothing. */
    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        resource.leave();
      }
    }
  }
}
