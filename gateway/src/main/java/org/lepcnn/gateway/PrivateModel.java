/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.lepcnn.core.api.PublicApi;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.model.DeviceHalf.ValueSpec;
import org.lepcnn.core.model.Naming;
import org.lepcnn.core.model.Preprocessing;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.stage.HostTensor;

/**
 * A model that an application runs privately. The edge sees its inputs masked, and nothing else of
 * them; every answer of the edge is checked.
 *
 * <pre>
 *   try (PrivateModel model = PrivateModel.open(Path.of("gateway.properties"))) {
 *     float[] pixels = ...;                                    // 1 · 1 · 32 · 32
 *     Map&lt;String, HostTensor&gt; outputs =
 *         model.infer(Map.of("picture", HostTensor.of(pixels, 1, 1, 32, 32)));
 *     float[] probabilities = outputs.get("probabilities").floats();
 *   }
 * </pre>
 *
 * <p>Each call takes one pass of the decryption tables, also one that fails. Thread-safe; several
 * passes run at the same time.
 */
@PublicApi
public final class PrivateModel implements AutoCloseable {
  private static final int VERSION_DIGITS = 12;

  private final GatewaySession session;
  private final AutoCloseable owner;

  PrivateModel(GatewaySession session, AutoCloseable owner) {
    this.session = session;
    this.owner = owner;
  }

  /**
   * Opens the only session of a configuration, and connects to the edge.
   *
   * @param config a gateway's configuration file
   * @throws BadInputException the file names several sessions
   */
  public static PrivateModel open(Path config) {
    GatewayConfig read = GatewayConfig.read(config);
    if (read.sessions().size() != 1) {
      throw BadInputException.about("Opening the model of " + config)
          .expected("one session")
          .found(read.sessions().keySet(), "Open a Gateway, and ask it for its models.");
    }
    return of(Gateway.open(read));
  }

  /** The only model of a gateway, which is closed with it. */
  static PrivateModel of(Gateway gateway) {
    return new PrivateModel(gateway.models().get(0).session, gateway);
  }

  /** The session's name. */
  public String name() {
    return session.name();
  }

  /** The device whose tables its passes use. */
  public String device() {
    return session.device();
  }

  /** The first digits of the model's fingerprint. */
  public String version() {
    return session.fingerprint().toString().substring(0, VERSION_DIGITS);
  }

  /** Names, types and dimensions of what a call takes: one row where passes take several. */
  public List<ValueSpec> inputs() {
    return session.model().rowInputs();
  }

  /**
   * Names, types and dimensions of what it gives, one row where passes give several; a dimension of
   * −1 is not known before.
   */
  public List<ValueSpec> outputs() {
    return session.model().rowOutputs();
  }

  /** How a picture becomes the one input; null where the bundle does not say. */
  public Preprocessing preprocessing() {
    return session.model().preprocessing();
  }

  /** How its scores are told; null where the bundle does not say. */
  public Naming naming() {
    return session.model().naming();
  }

  /**
   * How many more passes the tables serve that are here now, without those that are reserved;
   * without end where a pass needs no tables.
   */
  public long passesLeft() {
    return session.passesLeft();
  }

  /** Whether the edge failed its checks so often that nothing is sent to it any more. */
  public boolean quarantined() {
    return session.quarantined();
  }

  /**
   * Runs one pass and waits for it.
   *
   * @param inputs by name
   * @return the outputs by name
   * @throws BusyException too many passes wait; nothing was begun
   * @throws LepcnnException the kinds that {@link
   *     org.lepcnn.device.session.PrivateSession#submit(Map)} names
   */
  public Map<String, HostTensor> infer(Map<String, HostTensor> inputs) {
    try {
      return inferAsync(inputs).join().outputs();
    } catch (CompletionException e) {
      throw e.getCause() instanceof LepcnnException known ? known : e;
    }
  }

  /**
   * Begins one pass. At most {@code queue} passes wait or run at a time.
   *
   * @param inputs by name; not to be changed before the future completes
   * @return completes on a thread of the session; whoever has more to do than to take the result
   *     uses the {@code Async} methods
   * @throws BusyException too many passes wait; nothing was begun
   */
  public CompletableFuture<PassResult> inferAsync(Map<String, HostTensor> inputs) {
    return session.run(inputs);
  }

  /** Closes the gateway if it was opened for this model alone. */
  @Override
  public void close() {
    try {
      owner.close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
