/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.command;

/**
 * A command of {@code lepcnn} that lives in a module of its own. The command line finds it by
 * {@link java.util.ServiceLoader}, so that it need not know the module. An implementation is a
 * picocli {@code @Command} with a public constructor without arguments.
 */
public interface Subcommand {
  /** The command under which it stands; empty for {@code lepcnn} itself. */
  default String parent() {
    return "";
  }
}
