/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.device;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.lepcnn.campaign.load.ExpectedAnswers;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.model.DeviceHalf;
import org.lepcnn.device.pass.PassResult;
import org.lepcnn.device.session.PrivateSession;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.table.TableFolder;
import org.lepcnn.gateway.input.Inputs;
import org.lepcnn.kafka.transport.KafkaEdgeTransport;
import org.lepcnn.kafka.transport.TransportConfig;

/**
 * The device's process of a campaign: opens the state as it finds it, runs passes, closes. It tells
 * what it does on a {@link ActivityBoard} and is the ordinary library otherwise.
 *
 * <p>Arguments: folder of the campaign (with {@code state}, {@code tables} and {@code answers}),
 * bootstrap servers, gateway, board, passes, then the pictures.
 */
public final class DeviceVictim {
  /** Small, so that a life holds several reservations. */
  static final int RESERVATION = 4;

  static final int IN_FLIGHT = 3;

  private static final int FIRST_PICTURE = 5;

  private DeviceVictim() {}

  public static void main(String[] args) {
    try {
      run(List.of(args));
    } catch (LepcnnException e) {
      System.err.println(e.getMessage());
      System.exit(e.exitStatus());
    }
  }

  private static void run(List<String> args) {
    Path folder = Path.of(args.get(0));
    ActivityBoard board = ActivityBoard.open(Path.of(args.get(3)));
    int passes = Integer.parseInt(args.get(4));
    ExpectedAnswers expected = ExpectedAnswers.read(folder.resolve("answers"));
    DeviceState state = DeviceState.open(folder.resolve("state"));
    DeviceHalf half = state.deviceHalf();
    TableFolder tables = TableFolder.open(folder.resolve("tables"), state);
    List<Map<String, HostTensor>> inputs = new ArrayList<>();
    for (String picture : args.subList(FIRST_PICTURE, args.size())) {
      Inputs.read(Path.of(picture), half).forEach(input -> inputs.add(input.values()));
    }
    KafkaEdgeTransport kafka =
        KafkaEdgeTransport.open(TransportConfig.builder(args.get(1), args.get(2)).build());
    BoardTransport transport = new BoardTransport(kafka, board);
    PrivateSession session =
        PrivateSession.builder(new WatchedSupply(state, board), tables, transport)
            .passesInFlight(IN_FLIGHT)
            .passesPerReservation(RESERVATION)
            .open();
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int i = 0; i < passes; i++) {
      int input = i % inputs.size();
      all.add(
          session
              .submit(inputs.get(input))
              .handle(
                  (result, failure) -> judge(board, transport, expected, input, result, failure)));
    }
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
    board.enter(ActivityBoard.Activity.CLOSING);
    session.close();
    transport.close();
  }

  private static Void judge(
      ActivityBoard board,
      BoardTransport transport,
      ExpectedAnswers expected,
      int input,
      PassResult result,
      Throwable failure) {
    if (failure == null) {
      transport.ended(result.pass());
    } else {
      System.err.println(failure);
    }
    board.answered(failure == null && expected.isRight(input, result.outputs()));
    return null;
  }
}
