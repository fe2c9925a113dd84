/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.kernel.choice.Kernels;
import org.lepcnn.core.net.HostPort;
import org.lepcnn.core.port.PassId;

/**
 * What to precompute, and where. Built with {@link #builder}.
 *
 * @param ownerFile the owner's root key and ledger. With a JobManager, the TaskManagers read it
 *     under this same path (a mounted secret); it is never sent
 * @param acceptPlain whether the owner file may be without a passphrase although the environment
 *     gives one; it is put under it
 * @param bundle the model bundle's folder, visible to the TaskManagers too
 * @param device the device id
 * @param passes how many new passes to issue; 0 only finishes what an earlier run left
 * @param output the folder of one chain's tables, visible to the TaskManagers too
 * @param parallelism how many files are made at once
 * @param challengesPerLayer 1, or 2 for the double check
 * @param kernel one of {@link Kernels#NAMES}, or null for the fastest
 * @param jobManager REST address of the owner's cluster, or null to run inside this process
 * @param jars code to send to that cluster; none when its {@code lib} folder has it
 */
public record PrecomputeOptions(
    Path ownerFile,
    boolean acceptPlain,
    Path bundle,
    String device,
    long passes,
    Path output,
    int parallelism,
    int challengesPerLayer,
    String kernel,
    HostPort jobManager,
    List<Path> jars) {
  private static final int MAX_PARALLELISM = 1024;

  /** The most passes that one run issues: far above any table's worth, far below an overflow. */
  public static final long MAX_PASSES = 1_000_000_000;

  public PrecomputeOptions {
    ownerFile = Objects.requireNonNull(ownerFile, "ownerFile").toAbsolutePath().normalize();
    bundle = Objects.requireNonNull(bundle, "bundle").toAbsolutePath().normalize();
    output = Objects.requireNonNull(output, "output").toAbsolutePath().normalize();
    PassId.checkDevice(device);
    requireRange("passes", passes, 0, MAX_PASSES);
    requireRange("parallelism", parallelism, 1, MAX_PARALLELISM);
    requireRange("challenges per layer", challengesPerLayer, 1, 2);
    if (kernel != null && !Kernels.NAMES.contains(kernel)) {
      throw BadInputException.about("Precompute")
          .expected("a kernel of " + Kernels.NAMES)
          .found("'" + kernel + "'");
    }
    jars = List.copyOf(jars);
  }

  /** A builder with the defaults: all processors, one challenge, the fastest kernel, no cluster. */
  public static Builder builder() {
    return new Builder();
  }

  private static void requireRange(String what, long value, long least, long most) {
    if (value < least || value > most) {
      throw BadInputException.about("Precompute")
          .expected(what + " of " + least + " to " + most)
          .found(value);
    }
  }

  /** Collects options; {@link #build} checks them. */
  public static final class Builder {
    private Path ownerFile;
    private boolean acceptPlain;
    private Path bundle;
    private String device;
    private long passes;
    private Path output;
    private int parallelism = Math.min(Runtime.getRuntime().availableProcessors(), MAX_PARALLELISM);
    private int challengesPerLayer = 1;
    private String kernel;
    private HostPort jobManager;
    private List<Path> jars = List.of();

    private Builder() {}

    public Builder ownerFile(Path value) {
      ownerFile = value;
      return this;
    }

    public Builder acceptPlain(boolean value) {
      acceptPlain = value;
      return this;
    }

    public Builder bundle(Path value) {
      bundle = value;
      return this;
    }

    public Builder device(String value) {
      device = value;
      return this;
    }

    public Builder passes(long value) {
      passes = value;
      return this;
    }

    public Builder output(Path value) {
      output = value;
      return this;
    }

    public Builder parallelism(int value) {
      parallelism = value;
      return this;
    }

    public Builder challengesPerLayer(int value) {
      challengesPerLayer = value;
      return this;
    }

    public Builder kernel(String value) {
      kernel = value;
      return this;
    }

    public Builder jobManager(HostPort value) {
      jobManager = value;
      return this;
    }

    public Builder jars(List<Path> value) {
      jars = value;
      return this;
    }

    /**
     * The options.
     *
     * @throws BadInputException when one is out of range
     */
    public PrecomputeOptions build() {
      return new PrecomputeOptions(
          ownerFile,
          acceptPlain,
          bundle,
          device,
          passes,
          output,
          parallelism,
          challengesPerLayer,
          kernel,
          jobManager,
          jars);
    }
  }
}
