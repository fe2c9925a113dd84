/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.lepcnn.campaign.load.CampaignModel;
import org.lepcnn.campaign.load.ExpectedAnswers;
import org.lepcnn.campaign.load.RequestAudit;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.deployments.LocalBroker;
import org.lepcnn.deployments.LocalEdge;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.topic.TopicAdmin;
import org.lepcnn.kafka.topic.TopicSettings;
import org.lepcnn.kafka.topic.Topics;
import org.lepcnn.process.ManagedProcess;
import org.lepcnn.process.ProcessSpec;

/**
 * The campaign against the device: its process is killed again and again, at instants spread over
 * everything it does, and begins again each time on the state that it finds.
 *
 * <p>For each life the seed chooses what the device shall be doing (a {@link DeviceKill.Target}),
 * how often it has done that before, and a short pause then; for all but closing the kill waits
 * until a round is unanswered too. Every tenth life ends in order. Afterwards the whole request
 * topic is read.
 */
public final class DeviceKills {
  private static final String GATEWAY = "campaign";
  private static final int LIFE_PASSES = 18;
  private static final int SHORT_LIFE_PASSES = 6;
  private static final int ORDERLY_EVERY = 10;
  private static final int MOST_ENTRIES = 3;
  private static final int MAX_PAUSE_MICROS = 2_000;
  private static final int TABLE_PASSES = 1_024;
  private static final long POLL_NANOS = 20_000;
  private static final long LONG_MILLIS = Duration.ofDays(7).toMillis();
  private static final Duration LIFE_LIMIT = Duration.ofMinutes(3);

  private final Settings settings;
  private final Path folder;
  private final Consumer<String> progress;
  private final SplittableRandom random;
  private final LocalLayout layout = LocalLayout.find();
  private final List<DeviceKill> lives = new ArrayList<>();
  private CampaignModel model;
  private String bootstrapServers;
  private long tableEnd;
  private Path temporaryState;

  /**
   * What to do.
   *
   * @param kills how often the device is killed
   * @param suite the device's ciphers
   * @param seed of the instants
   */
  public record Settings(int kills, CipherSuite suite, long seed) {
    public Settings {
      if (kills < 1 || kills > 100_000) {
        throw BadInputException.about("Device campaign").expected("1 to 100000 kills").found(kills);
      }
    }
  }

  private DeviceKills(Settings settings, Path folder, Consumer<String> progress) {
    this.settings = settings;
    this.folder = folder;
    this.progress = progress;
    this.random = new SplittableRandom(settings.seed());
  }

  /**
   * Runs the campaign to its end; nothing that it starts outlives it.
   *
   * @param folder an empty one for state, tables, topics and logs; left to the caller
   * @param progress gets a line now and then
   */
  public static DeviceKillReport run(Settings settings, Path folder, Consumer<String> progress) {
    return new DeviceKills(settings, folder.toAbsolutePath(), progress).run();
  }

  private DeviceKillReport run() {
    model = CampaignModel.load(layout);
    Path bundle = model.writeBundle(folder);
    tableEnd = tables();
    model.provision(folder, (int) tableEnd, settings.suite());
    ExpectedAnswers.write(folder.resolve("answers"), model);
    try (LocalBroker broker = LocalBroker.start(folder.resolve("broker"))) {
      bootstrapServers = broker.bootstrapServers();
      createTopics();
      try (LocalEdge edge =
          LocalEdge.start(layout, folder.resolve("edge"), bootstrapServers, bundle)) {
        progress.accept("edge in process " + edge.pid());
        for (int kill = 0; kill < settings.kills(); kill++) {
          live(target());
          if (kill % ORDERLY_EVERY == ORDERLY_EVERY - 1 || kill == settings.kills() - 1) {
            live(null);
            progress.accept(
                "%d kills, next pass %d"
                    .formatted(kill + 1, lives.get(lives.size() - 1).nextPass()));
          }
        }
      }
      return new DeviceKillReport(
          settings.seed(),
          DeviceVictim.RESERVATION,
          DeviceVictim.IN_FLIGHT,
          lives,
          RequestAudit.of(bootstrapServers, Topics.requests(GATEWAY)));
    }
  }

  /** One life; null: to its orderly end. */
  private void live(DeviceKill.Target target) {
    long firstPass = nextPass();
    if (tableEnd - firstPass < 4L * LIFE_PASSES) {
      model.precompute(folder, tables());
      tableEnd += tables();
    }
    Path boardFile = folder.resolve("board");
    deleteBoard(boardFile);
    ActivityBoard board = ActivityBoard.open(boardFile);
    boolean closing = target == null || target == DeviceKill.Target.CLOSING;
    int passes = closing ? SHORT_LIFE_PASSES : LIFE_PASSES;
    try (ManagedProcess device = start(boardFile, passes)) {
      Set<DeviceKill.Target> caught = EnumSet.noneOf(DeviceKill.Target.class);
      if (target == null) {
        int status = device.awaitExit(LIFE_LIMIT);
        if (status != 0) {
          throw EnvironmentException.about("Device campaign")
              .expected("an orderly end")
              .found("status " + status, device.logTail());
        }
      } else {
        awaitInstant(target, board, device);
        device.kill();
        caught = caught(board);
      }
      lives.add(
          new DeviceKill(
              device.pid(),
              target,
              caught,
              board.unanswered(),
              board.answered(),
              board.wrong(),
              board.wastedPasses(),
              firstPass,
              Math.max(firstPass, board.passesBegun()),
              Math.max(firstPass, board.passesSent()),
              nextPass()));
    }
  }

  /** The target, then a pause, and both again when all rounds were answered in the meantime. */
  private void awaitInstant(DeviceKill.Target target, ActivityBoard board, ManagedProcess device) {
    int entries = 1 + random.nextInt(MOST_ENTRIES);
    long pauseNanos = 1_000L * random.nextInt(MAX_PAUSE_MICROS);
    do {
      awaitTarget(target, entries, board, device);
      LockSupport.parkNanos(pauseNanos);
    } while (target != DeviceKill.Target.CLOSING && board.unanswered() == 0 && device.isAlive());
  }

  private void awaitTarget(
      DeviceKill.Target target, int entries, ActivityBoard board, ManagedProcess device) {
    long deadline = System.nanoTime() + LIFE_LIMIT.toNanos();
    while (!isAt(target, board, entries)) {
      if (!device.isAlive()) {
        return; // it was too fast; what it was doing says that this kill has caught nothing
      }
      if (System.nanoTime() - deadline > 0) {
        throw EnvironmentException.about("Device campaign")
            .expected("the device to be " + target + " within " + LIFE_LIMIT.toSeconds() + " s")
            .found("that it was not", device.logTail());
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private boolean isAt(DeviceKill.Target target, ActivityBoard board, int entries) {
    boolean waiting = board.unanswered() > 0;
    return switch (target) {
      case RESERVING -> waiting && isInside(board, ActivityBoard.Activity.RESERVING, entries + 1);
      case WRITING_STATE -> waiting && isWritingState();
      case SENDING -> waiting && isInside(board, ActivityBoard.Activity.SENDING, 4 * entries);
      case UNMASKING -> waiting && isInside(board, ActivityBoard.Activity.UNMASKING, 4 * entries);
      case CLOSING -> isInside(board, ActivityBoard.Activity.CLOSING, 1);
    };
  }

  private static boolean isInside(
      ActivityBoard board, ActivityBoard.Activity activity, int entries) {
    return board.entries(activity) >= entries && board.inside(activity) > 0;
  }

  private Set<DeviceKill.Target> caught(ActivityBoard board) {
    Set<DeviceKill.Target> caught = EnumSet.noneOf(DeviceKill.Target.class);
    if (board.inside(ActivityBoard.Activity.RESERVING) > 0) {
      caught.add(DeviceKill.Target.RESERVING);
    }
    if (isWritingState()) {
      caught.add(DeviceKill.Target.WRITING_STATE);
    }
    if (board.inside(ActivityBoard.Activity.SENDING) > 0) {
      caught.add(DeviceKill.Target.SENDING);
    }
    if (board.inside(ActivityBoard.Activity.UNMASKING) > 0) {
      caught.add(DeviceKill.Target.UNMASKING);
    }
    if (board.inside(ActivityBoard.Activity.CLOSING) > 0) {
      caught.add(DeviceKill.Target.CLOSING);
    }
    return caught;
  }

  /** Closing is an eighth: nothing is unanswered then. */
  private DeviceKill.Target target() {
    int draw = random.nextInt(8);
    return draw == 7 ? DeviceKill.Target.CLOSING : DeviceKill.Target.values()[draw % 4];
  }

  /** The state's new file exists from the first byte until it takes the old one's name. */
  private boolean isWritingState() {
    if (temporaryState == null) {
      temporaryState = temporaryState();
    }
    return Files.exists(temporaryState);
  }

  private Path temporaryState() {
    try (Stream<Path> chains = Files.list(folder.resolve("state"))) {
      return chains.filter(Files::isDirectory).findFirst().orElseThrow().resolve("state.lep.tmp");
    } catch (IOException e) {
      throw EnvironmentException.about("Reading the device's state folder").found(e);
    }
  }

  private long nextPass() {
    return DeviceState.describe(folder.resolve("state")).get(0).nextPass();
  }

  /** Tables for all lives to come, or for many. */
  private int tables() {
    return Math.min(TABLE_PASSES, (settings.kills() + 4) * 2 * LIFE_PASSES);
  }

  private ManagedProcess start(Path board, int passes) {
    Path target = layout.home().resolve("cli").resolve("target");
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of(folder.toString(), bootstrapServers, GATEWAY));
    arguments.addAll(List.of(board.toString(), Integer.toString(passes)));
    model.pictures().forEach(picture -> arguments.add(picture.toString()));
    List<String> jvm = new ArrayList<>();
    jvm.addAll(List.of("-Xmx256m", "-Xshare:auto", "-XX:TieredStopAtLevel=1"));
    jvm.add("-Djava.awt.headless=true");
    if (Files.isDirectory(layout.nativeLibraries())) {
      jvm.add("-Donnxruntime.native.path=" + layout.nativeLibraries());
    }
    List<String> classPath =
        List.of(
            ProcessSpec.locationOf(DeviceVictim.class),
            target.resolve("libs").resolve("*").toString());
    return ManagedProcess.start(
        new ProcessSpec(
                "device",
                classPath,
                DeviceVictim.class.getName(),
                arguments,
                folder.resolve("device.log"))
            .withJvmArguments(jvm)
            .withEnvironment(Map.of("OMP_NUM_THREADS", "1")));
  }

  /** What is on the topics must still be there at the end. */
  private void createTopics() {
    TopicSettings ever =
        new TopicSettings(4, 1, LONG_MILLIS, 1L << 40, TopicSettings.BROKER_DEFAULT);
    ClientSettings client = ClientSettings.of(bootstrapServers, Map.of());
    try (TopicAdmin admin = TopicAdmin.connect(client, Duration.ofSeconds(30))) {
      admin.create(GATEWAY, ever);
    }
  }

  private static void deleteBoard(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw EnvironmentException.about("Deleting " + file).found(e);
    }
  }
}
