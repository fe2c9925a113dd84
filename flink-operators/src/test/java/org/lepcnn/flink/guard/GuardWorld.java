/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.core.port.EdgeCall;
import org.lepcnn.core.port.EdgeErrorCode;
import org.lepcnn.core.port.InstanceId;
import org.lepcnn.core.port.PassClaim;
import org.lepcnn.core.port.PassRelease;
import org.lepcnn.core.port.PassRound;
import org.lepcnn.flink.testkit.Requests;

/**
 * A model of one chain: state folders that are opened, crash and are closed cleanly; a network that
 * loses answers, so that requests are repeated; and an edge with the real guard that goes back to
 * checkpoints and reads its log again. What happens next is drawn at random.
 */
final class GuardWorld {
  private static final Fingerprint MODEL = Fingerprint.of(new byte[32]);
  private static final int ROUNDS = 3;
  private static final int FOREIGN_CHAINS = 12;

  /** What else happens. */
  enum Kind {
    /**
     * The device is enrolled at some time, maybe after its first claims, which the edge accepts
     * when it reads them again. Models load now and then.
     */
    ORDERLY,

    /** From the enrolment on folders are copied and chains made up, too. */
    COPIES,

    /** Copies and made-up chains from the beginning, all that is sent delayed and reordered. */
    HOSTILE
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

  private record Message(EdgeCall call, long digest, Instance sender) {}

  private final RandomGenerator random;
  private final Kind kind;
  private final GuardedLog edge;
  private final List<StateFolder> folders = new ArrayList<>();
  private final List<Message> network = new ArrayList<>();
  private final List<String> refusedClaims = new ArrayList<>();
  private long instances;
  private int cleanCloses;
  private int keptAfterRefusal;

  GuardWorld(long seed, GuardedLog.Judge judge, Kind kind) {
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    this.kind = kind;
    this.edge = new GuardedLog(judge, kind == Kind.HOSTILE || random.nextBoolean());
    folders.add(new StateFolder());
  }

  void run(int steps) {
    for (int step = 0; step < steps; step++) {
      switch (random.nextInt(kind == Kind.ORDERLY ? 11 : 13)) {
        case 0, 1, 2, 3, 4, 5 -> deliver();
        case 6, 7, 8, 9 -> act(folders.get(random.nextInt(folders.size())));
        case 10 -> checkpointEnrolOrRestore();
        case 11 -> copyAFolder();
        default -> claimAForeignChain();
      }
    }
  }

  /** Lets every claim that waits come through undisturbed. */
  void settle() {
    edge.enrol();
    edge.restore();
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
    return edge.reused();
  }

  /** Claims that a living instance was refused for good. */
  List<String> refusedClaims() {
    return refusedClaims;
  }

  int acceptedRounds() {
    return edge.acceptedRounds();
  }

  int cleanCloses() {
    return cleanCloses;
  }

  /** How often a folder kept passes whose claim and release were refused. */
  int keptAfterRefusal() {
    return keptAfterRefusal;
  }

  private void deliver() {
    if (network.isEmpty()) {
      return;
    }
    boolean hostile = kind == Kind.HOSTILE;
    int at = hostile ? random.nextInt(network.size()) : 0;
    boolean again = hostile && random.nextInt(3) == 0;
    Message message = again ? network.get(at) : network.remove(at);
    Verdict verdict = edge.append(message.call(), message.digest());
    if (message.call() instanceof PassClaim && verdict.accepted() && random.nextInt(8) == 0) {
      verdict = Verdict.refuse(EdgeErrorCode.NOT_READY, "the model is loading");
    }
    if (random.nextInt(8) > 0) {
      message.sender().answered(message.call(), verdict);
    }
  }

  private void checkpointEnrolOrRestore() {
    switch (random.nextInt(6)) {
      case 0, 1 -> edge.restore();
      case 2 -> edge.enrol();
      default -> edge.checkpoint();
    }
  }

  private void copyAFolder() {
    if (folders.size() < 4 && edge.isEnrolled()) {
      folders.add(folders.get(random.nextInt(folders.size())).copy());
    }
  }

  /** Somebody who may write to the topic fills the device's room with chains that are nobody's. */
  private void claimAForeignChain() {
    ChainId chain = new ChainId(99, random.nextInt(FOREIGN_CHAINS));
    InstanceId nobody = new InstanceId(8, chain.low());
    var unused = edge.append(Requests.claimCall("d", chain, MODEL, nobody, 0, 9), 0);
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
    private boolean refused;
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
      refused = false;
      sendClaim();
    }

    private void close() {
      cleanCloses++;
      if (untaken <= last && (claimed || refused)) {
        closing = true;
        sendRelease(id, untaken);
      } else {
        folder.open = null;
      }
    }

    void answered(EdgeCall call, Verdict verdict) {
      if (folder.open != this) {
        return;
      }
      if (call instanceof PassClaim claim) {
        claimAnswered(claim, verdict);
      } else if (call instanceof PassRelease release) {
        releaseAnswered(release, verdict);
      } else if (call instanceof PassRound round
          && verdict.accepted()
          && round.round() + 1 < ROUNDS) {
        sendRound(round.pass().pass(), round.round() + 1);
      }
    }

    private void claimAnswered(PassClaim claim, Verdict verdict) {
      if (claim.firstPass() != first || claimed || closing) {
        return;
      }
      refused = !verdict.accepted();
      if (verdict.accepted()) {
        claimed = true;
      } else if (verdict.refusal().code() != EdgeErrorCode.CLAIMED_BY_ANOTHER_INSTANCE) {
        return; // claimed again, or given back
      } else if (canRepeatRelease()) {
        sendRelease(openedReleasedBy, first);
      } else {
        refusedClaims.add(this + ": " + verdict.refusal().detail());
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
        var unused = edge.append(Requests.releaseCall("d", MODEL, openedReleasedBy, first), 0);
      }
      Verdict verdict = edge.append(Requests.claimCall("d", MODEL, id, first, last), 0);
      if (!verdict.accepted()) {
        refusedClaims.add(this + " in the end: " + verdict.refusal().detail());
      }
    }

    @Override
    public String toString() {
      return "instance " + id.low() + " from pass " + first;
    }

    private void releaseAnswered(PassRelease release, Verdict verdict) {
      if (!closing) {
        sendClaim();
      } else if (release.instance().equals(id)) {
        if (random.nextInt(10) > 0) { // or a crash before the write
          giveBack(verdict);
        }
        folder.open = null;
      }
    }

    private void giveBack(Verdict verdict) {
      if (verdict.accepted()) {
        folder.next = untaken;
        folder.releasedBy = id;
      } else if (refused && verdict.refusal().code() != EdgeErrorCode.MASK_REUSE_SUSPECTED) {
        folder.next = untaken;
        folder.releasedBy = canRepeatRelease() ? openedReleasedBy : id;
        keptAfterRefusal++;
      }
    }

    private void sendClaim() {
      send(Requests.claimCall("d", MODEL, id, first, last), 0);
    }

    private void sendRelease(InstanceId of, long firstFree) {
      send(Requests.releaseCall("d", MODEL, of, firstFree), 0);
    }

    /** The payload differs between instances, as masked tensors of different data do. */
    private void sendRound(long pass, int round) {
      send(Requests.roundCall("d", MODEL, id, pass, round), id.low() * ROUNDS + round);
    }

    private void send(EdgeCall call, long digest) {
      network.add(new Message(call, digest, this));
    }
  }
}
