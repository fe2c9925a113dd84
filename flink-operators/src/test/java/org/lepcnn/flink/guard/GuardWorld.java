/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.flink.record.RequestHeader;
import org.lepcnn.flink.testkit.Requests;

/**
 * A model of one chain: state folders that are opened, crash and are closed cleanly; a network that
 * loses answers, so that requests are repeated; and an edge with the real guard that goes back to
 * checkpoints and reads its log again. What happens next is drawn at random. A hostile world also
 * copies state folders and makes up chains, and its network delays, repeats and reorders
 * everything.
 */
final class GuardWorld {
  private static final Fingerprint MODEL = Fingerprint.of(new byte[32]);
  private static final int ROUNDS = 3;
  private static final int FOREIGN_CHAINS = 12;

  /** What decides over a request. */
  interface Judge {
    Verdict judge(DeviceGuard device, RequestHeader request, long digest);
  }

  /** A state folder: the first pass never handed out, and who gave it back to the edge. */
  private static final class StateFolder {
    long next;
    InstanceId releasedBy;
    Instance open;

    StateFolder copy() {
      StateFolder copy = new StateFolder();
      copy.next = next;
      copy.releasedBy = releasedBy;
      return copy;
    }
  }

  private record Message(RequestHeader header, long digest, Instance sender) {}

  private final RandomGenerator random;
  private final Judge judge;
  private final boolean hostile;
  private final List<StateFolder> folders = new ArrayList<>();
  private final List<Message> network = new ArrayList<>();
  private final List<Message> log = new ArrayList<>();
  private final Map<String, Long> accepted = new HashMap<>();
  private final Set<String> reused = new HashSet<>();
  private final List<String> refusedClaims = new ArrayList<>();

  private DeviceGuard edge = new DeviceGuard();
  private DeviceGuard checkpoint = new DeviceGuard();
  private int checkpointAt;
  private long instances;
  private int cleanCloses;

  GuardWorld(long seed, Judge judge, boolean hostile) {
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    this.judge = judge;
    this.hostile = hostile;
    folders.add(new StateFolder());
  }

  void run(int steps) {
    for (int step = 0; step < steps; step++) {
      switch (random.nextInt(hostile ? 13 : 11)) {
        case 0, 1, 2, 3, 4, 5 -> deliver();
        case 6, 7, 8, 9 -> act(folders.get(random.nextInt(folders.size())));
        case 10 -> checkpointOrRestore();
        case 11 -> copyAFolder();
        default -> claimAForeignChain();
      }
    }
  }

  /** Lets every claim that waits come through undisturbed. */
  void settle() {
    while (!network.isEmpty()) {
      deliver();
    }
    for (StateFolder folder : folders) {
      act(folder);
      if (folder.open != null) {
        folder.open.settle();
      }
    }
  }

  /** Ids under which the edge accepted two payloads. */
  Set<String> reused() {
    return reused;
  }

  /** Claims that a living instance was refused for good. */
  List<String> refusedClaims() {
    return refusedClaims;
  }

  int acceptedRounds() {
    return accepted.size();
  }

  int cleanCloses() {
    return cleanCloses;
  }

  private void deliver() {
    if (network.isEmpty()) {
      return;
    }
    int at = hostile ? random.nextInt(network.size()) : 0;
    boolean again = hostile && random.nextInt(3) == 0;
    Message message = again ? network.get(at) : network.remove(at);
    log.add(message);
    Verdict verdict = judge(message);
    if (random.nextInt(8) > 0) {
      message.sender().answered(message.header(), verdict);
    }
  }

  private Verdict judge(Message message) {
    Verdict verdict = judge.judge(edge, message.header(), message.digest());
    if (verdict.accepted() && message.header().isRound()) {
      String id = message.header().firstPass() + "/" + message.header().round();
      Long before = accepted.putIfAbsent(id, message.digest());
      if (before != null && before != message.digest()) {
        reused.add(id);
      }
    }
    return verdict;
  }

  private void checkpointOrRestore() {
    if (random.nextInt(3) > 0) {
      checkpoint = edge.copy();
      checkpointAt = log.size();
    } else {
      edge = checkpoint.copy();
      log.subList(checkpointAt, log.size()).forEach(this::judge);
    }
  }

  private void copyAFolder() {
    if (folders.size() < 4) {
      folders.add(folders.get(random.nextInt(folders.size())).copy());
    }
  }

  /** Somebody who may write to the topic fills the device's room with chains that are nobody's. */
  private void claimAForeignChain() {
    ChainId chain = new ChainId(99, random.nextInt(FOREIGN_CHAINS));
    InstanceId nobody = new InstanceId(8, chain.low());
    Message claim = new Message(Requests.claimHeader("d", chain, MODEL, nobody, 0, 9), 0, null);
    log.add(claim);
    var unused = judge(claim);
  }

  private void act(StateFolder folder) {
    if (folder.open == null) {
      folder.open = new Instance(folder);
    } else {
      folder.open.act();
    }
  }

  /** A device process from the opening of a state folder to its end. */
  private final class Instance {
    private final InstanceId id = new InstanceId(7, ++instances);
    private final StateFolder folder;
    private final long openedPass;
    private final InstanceId openedReleasedBy;
    private long first;
    private long last = -1;
    private long untaken;
    private boolean claimed;
    private boolean closing;

    Instance(StateFolder folder) {
      this.folder = folder;
      this.openedPass = folder.next;
      this.openedReleasedBy = folder.releasedBy;
    }

    void act() {
      int choice = random.nextInt(20);
      if (choice == 0) {
        folder.open = null; // a crash: what was reserved is lost
      } else if (closing) {
        if (choice < 4) {
          folder.open = null; // no answer in time: nothing is written back
        } else {
          sendRelease(id, untaken);
        }
      } else if (choice < 3) {
        close();
      } else if (untaken > last) {
        reserve();
      } else if (!claimed) {
        sendClaim();
      } else {
        sendRound(untaken++, 0);
      }
    }

    private void reserve() {
      first = folder.next;
      last = first + random.nextInt(5);
      untaken = first;
      folder.next = last + 1;
      folder.releasedBy = null;
      claimed = false;
      sendClaim();
    }

    private void close() {
      cleanCloses++;
      if (untaken <= last && claimed) {
        closing = true;
        sendRelease(id, untaken);
      } else {
        folder.open = null;
      }
    }

    void answered(RequestHeader header, Verdict verdict) {
      if (folder.open != this) {
        return;
      }
      if (header.isClaim()) {
        claimAnswered(header, verdict);
      } else if (header.isRelease()) {
        releaseAnswered(header, verdict);
      } else if (verdict.accepted() && header.round() + 1 < ROUNDS) {
        sendRound(header.firstPass(), header.round() + 1);
      }
    }

    private void claimAnswered(RequestHeader header, Verdict verdict) {
      if (header.firstPass() != first || claimed) {
        return;
      }
      if (verdict.accepted()) {
        claimed = true;
      } else if (canRepeatRelease()
          && verdict.refusal() == EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE) {
        sendRelease(openedReleasedBy, first);
      } else {
        refusedClaims.add(this + ": " + verdict.detail());
        folder.open = null;
      }
    }

    private boolean canRepeatRelease() {
      return openedReleasedBy != null && first == openedPass;
    }

    /** The network is calm: the release that may be missing, and the claim, one after the other. */
    void settle() {
      if (claimed || closing || untaken > last) {
        return;
      }
      if (canRepeatRelease()) {
        judge.judge(edge, Requests.releaseHeader("d", MODEL, openedReleasedBy, first), 0);
      }
      Verdict verdict = judge.judge(edge, Requests.claimHeader("d", MODEL, id, first, last), 0);
      if (!verdict.accepted()) {
        refusedClaims.add(this + " in the end: " + verdict.detail());
      }
    }

    @Override
    public String toString() {
      return "instance " + id.low() + " from pass " + first;
    }

    private void releaseAnswered(RequestHeader header, Verdict verdict) {
      if (!header.instance().equals(id)) {
        sendClaim();
      } else if (closing) {
        if (verdict.accepted() && random.nextInt(10) > 0) { // or a crash before the write
          folder.next = untaken;
          folder.releasedBy = id;
        }
        folder.open = null;
      }
    }

    private void sendClaim() {
      send(Requests.claimHeader("d", MODEL, id, first, last), 0);
    }

    private void sendRelease(InstanceId of, long firstFree) {
      send(Requests.releaseHeader("d", MODEL, of, firstFree), 0);
    }

    /** The payload differs between instances, as masked tensors of different data do. */
    private void sendRound(long pass, int round) {
      send(Requests.roundHeader("d", MODEL, id, pass, round), id.low() * ROUNDS + round);
    }

    private void send(RequestHeader header, long digest) {
      network.add(new Message(header, digest, this));
    }
  }
}
