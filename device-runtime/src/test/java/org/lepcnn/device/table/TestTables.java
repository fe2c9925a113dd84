/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.table;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.Plan;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.SmallModel;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.key.ChallengeKey;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.SecretKey;
import org.lepcnn.device.key.TestSecrets;
import org.lepcnn.device.mask.ResidueStream;
import org.lepcnn.device.supply.PassGroups;

/** Tables with known keys and contents. */
final class TestTables {
  static final String DEVICE = "meter-1";
  static final ChainId CHAIN = new ChainId(1, 2);
  static final Fingerprint MODEL = Fingerprint.of(new byte[32]);
  static final Plan PLAN = SmallModel.plan();

  private TestTables() {}

  static TableId id(long first, long last) {
    return new TableId(DEVICE, CHAIN, MODEL, PassGroups.of(first), first, last);
  }

  static PassKey passKey(long pass) {
    return passKey(CipherSuite.AES, pass);
  }

  static PassKey passKey(CipherSuite suite, long pass) {
    try (SecretKey zero = SecretKey.copyOf(new byte[32])) {
      return PassKey.of(zero, suite).advance(pass);
    }
  }

  static GroupKey groupKey(long group) {
    return groupKey(CipherSuite.AES, group);
  }

  static GroupKey groupKey(CipherSuite suite, long group) {
    try (ChallengeKey key = passKey(suite, 0).challengeKeyOfChain()) {
      return key.groupKey(group);
    }
  }

  /** U of a pass: any residues that differ by pass and layer. */
  static int[] u(long pass, int layer) {
    return residues(pass * 100 + layer, geometry(layer).outputSize());
  }

  /** U of all layers of a pass. */
  static List<int[]> factors(long pass) {
    List<int[]> layers = new ArrayList<>();
    for (int layer = 0; layer < PLAN.layers().size(); layer++) {
      layers.add(u(pass, layer));
    }
    return layers;
  }

  static List<int[]> challenges(long group, int perLayer) {
    List<int[]> vectors = new ArrayList<>();
    for (LinearLayerSpec layer : PLAN.layers()) {
      for (int index = 0; index < perLayer; index++) {
        long id = -1 - (group * 100 + layer.index() * 10L + index);
        vectors.add(residues(id, layer.geometry().inputSize()));
      }
    }
    return vectors;
  }

  static Path write(Path folder, TableId id, int perLayer) {
    return write(CipherSuite.AES, folder, id, perLayer);
  }

  static Path write(CipherSuite suite, Path folder, TableId id, int perLayer) {
    try (GroupKey groupKey = groupKey(suite, id.group());
        TableWriter writer = TableWriter.create(folder, id, TestTables.PLAN, perLayer, groupKey)) {
      writer.writeChallenges(
          GroupChallenges.of(PLAN, perLayer, groupKey, challenges(id.group(), perLayer)));
      for (long pass = id.firstPass(); pass <= id.lastPass(); pass++) {
        writePass(suite, writer, pass);
      }
      writer.commit();
    }
    return folder.resolve(id.fileName());
  }

  static void writePass(TableWriter writer, long pass) {
    writePass(CipherSuite.AES, writer, pass);
  }

  static void writePass(CipherSuite suite, TableWriter writer, long pass) {
    try (PassKey key = passKey(suite, pass)) {
      writer.writePass(pass, key, factors(pass));
    }
  }

  static TableFolder open(Path folder) {
    return open(CipherSuite.AES, folder);
  }

  static TableFolder open(CipherSuite suite, Path folder) {
    return TableFolder.open(folder, DEVICE, CHAIN, suite, MODEL, PLAN);
  }

  static int[] read(TableFolder tables, long pass, int layer) {
    return read(CipherSuite.AES, tables, pass, layer);
  }

  static int[] read(CipherSuite suite, TableFolder tables, long pass, int layer) {
    int[] out = new int[geometry(layer).outputSize()];
    try (PassKey key = passKey(suite, pass)) {
      tables.readLayer(pass, key, groupOf(suite, tables, pass), layer, out);
    }
    return out;
  }

  /** The challenges of a pass's group, as tables of this kind have them. */
  static GroupChallenges groupOf(CipherSuite suite, TableFolder tables, long pass) {
    return group(suite, PassGroups.of(pass), tables.challengesPerLayer());
  }

  static GroupChallenges group(long group, int perLayer) {
    return group(CipherSuite.AES, group, perLayer);
  }

  static GroupChallenges group(CipherSuite suite, long group, int perLayer) {
    try (GroupKey groupKey = groupKey(suite, group)) {
      return GroupChallenges.of(PLAN, perLayer, groupKey, challenges(group, perLayer));
    }
  }

  static ConvGeometry geometry(int layer) {
    return PLAN.layer(layer).geometry();
  }

  private static int[] residues(long id, int length) {
    int[] out = new int[length];
    SecretKey zero = SecretKey.copyOf(new byte[32]);
    try (ResidueStream stream =
        new ResidueStream(
            CipherSuite.AES, ResidueField.P31, zero, zero.derive("redraw"), TestSecrets.ACCESS)) {
      stream.fill(id, out, length);
    }
    return out;
  }
}
