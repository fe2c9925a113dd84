/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.load;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.Mismatch;
import org.lepcnn.device.session.PrivateSession;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.table.TableFolder;
import org.lepcnn.kafka.transport.KafkaEdgeTransport;
import org.lepcnn.kafka.transport.TransportConfig;

/** The device whose passes are timed, one in flight. */
public final class Victim implements AutoCloseable {
  private static final long PASS_LIMIT_SECONDS = 300;

  private final CampaignModel model;
  private final KafkaEdgeTransport transport;
  private final PrivateSession session;

  private Victim(CampaignModel model, KafkaEdgeTransport transport, PrivateSession session) {
    this.model = model;
    this.transport = transport;
    this.session = session;
  }

  /** What became of passes under one condition. */
  public static final class Tally {
    private final List<Double> millis = new ArrayList<>();
    private int exact;

    /** Of each pass. */
    public double[] millis() {
      return millis.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** Passes that were answered as the plain integer network does. */
    public int exact() {
      return exact;
    }
  }

  /** Opens the device that {@link CampaignModel#provision} made in the folder. */
  public static Victim open(CampaignModel model, Path folder, String servers, String gateway) {
    DeviceState state = DeviceState.open(folder.resolve("state"));
    TableFolder tables = TableFolder.open(folder.resolve("tables"), state);
    KafkaEdgeTransport transport =
        KafkaEdgeTransport.open(TransportConfig.builder(servers, gateway).build());
    PrivateSession session =
        PrivateSession.builder(state, tables, transport).passesInFlight(1).open();
    return new Victim(model, transport, session);
  }

  /** Typed errors that its claims and rounds have met. */
  public long refusals() {
    return transport.statistics().refusals();
  }

  /** Runs so many passes, one after the other. */
  public void run(int count, Tally tally) {
    for (int i = 0; i < count; i++) {
      pass(i % model.size(), tally);
    }
  }

  /** Runs one pass. */
  public void pass(int input, Tally tally) {
    long start = System.nanoTime();
    Map<String, HostTensor> outputs = answer(input);
    tally.millis.add((System.nanoTime() - start) / 1e6);
    tally.exact += model.isExact(input, outputs) ? 1 : 0;
  }

  @Override
  public void close() {
    session.close();
    transport.close();
  }

  private Map<String, HostTensor> answer(int input) {
    Mismatch<EnvironmentException> problem =
        EnvironmentException.about("Neighbour campaign").expected("an answer to the victim");
    try {
      return session.submit(model.input(input)).get(PASS_LIMIT_SECONDS, TimeUnit.SECONDS).outputs();
    } catch (ExecutionException e) {
      throw problem.found(e.getCause());
    } catch (TimeoutException e) {
      throw problem.because(e).found("none within " + PASS_LIMIT_SECONDS + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw problem.because(e).found("an interruption");
    }
  }
}
