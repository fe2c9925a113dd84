/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.text;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;

/** What a class logs while this is open. */
public final class CapturedLog implements AutoCloseable {
  private final Logger logger;
  private final Lines lines = new Lines();

  private CapturedLog(Logger logger) {
    this.logger = logger;
    lines.start();
    logger.addAppender(lines);
  }

  /** Captures the log of a class. */
  public static CapturedLog of(Class<?> source) {
    return new CapturedLog((Logger) LogManager.getLogger(source));
  }

  /** The warnings so far. */
  public List<String> warnings() {
    return List.copyOf(lines.warnings);
  }

  @Override
  public void close() {
    logger.removeAppender(lines);
  }

  private static final class Lines extends AbstractAppender {
    private final List<String> warnings = new CopyOnWriteArrayList<>();

    Lines() {
      super("captured", null, null, false, Property.EMPTY_ARRAY);
    }

    @Override
    public void append(LogEvent event) {
      if (event.getLevel() == Level.WARN) {
        warnings.add(event.getMessage().getFormattedMessage());
      }
    }
  }
}
