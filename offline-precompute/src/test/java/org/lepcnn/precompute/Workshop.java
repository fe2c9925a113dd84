/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.precompute;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.lepcnn.core.field.Field31;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.linear.DirectConvolution;
import org.lepcnn.core.linear.LayerWeights;
import org.lepcnn.core.model.LinearLayerSpec;
import org.lepcnn.core.model.MaskedTensorSpec;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.integrity.GroupChallenges;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.GroupKey;
import org.lepcnn.device.key.PassKey;
import org.lepcnn.device.key.TestSecrets;
import org.lepcnn.device.mask.MaskGenerator;
import org.lepcnn.device.owner.ChainKeys;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.device.state.Grant;
import org.lepcnn.device.supply.PassGroups;
import org.lepcnn.device.table.TableFolder;
import org.lepcnn.device.table.TableId;
import org.lepcnn.precompute.job.KernelChoice;
import org.lepcnn.precompute.job.TableSettings;

/** An owner with one provisioned device and the tiny model, in a folder. */
public final class Workshop {
  static final String DEVICE = "meter-1";

  final Path folder;
  final Path owner;
  final Path bundlePath;
  final Path grant;
  final Path tables;
  final ModelBundle bundle = TinyModel.bundle();

  private Workshop(Path folder) {
    this.folder = folder;
    this.owner = folder.resolve("owner.lep");
    this.bundlePath = folder.resolve("bundle");
    this.grant = folder.resolve("grant.lep");
    this.tables = folder.resolve("tables");
  }

  /** Makes everything and provisions the device. */
  public static Workshop create(Path folder) {
    Workshop shop = new Workshop(folder);
    shop.bundle.write(shop.bundlePath);
    OwnerFile.create(shop.owner).close();
    try (OwnerFile file = OwnerFile.open(shop.owner);
        Grant granted = file.provision(DEVICE, shop.bundle)) {
      granted.write(shop.grant);
    }
    return shop;
  }

  /** The same owner, bundle and chain in another folder, as a copy that knows nothing of this. */
  Workshop copyTo(Path other) throws IOException {
    Workshop copy = new Workshop(other);
    Files.createDirectories(other);
    Files.copy(owner, copy.owner);
    copy.bundle.write(copy.bundlePath);
    return copy;
  }

  public PrecomputeOptions.Builder options(long passes) {
    return PrecomputeOptions.builder()
        .ownerFile(owner)
        .bundle(bundlePath)
        .device(DEVICE)
        .passes(passes)
        .output(tables)
        .parallelism(1)
        .kernel("scalar");
  }

  /** What a job of the options is told, with one challenge for each layer. */
  TableSettings settings() {
    return new TableSettings(
        owner.toString(),
        bundlePath.toString(),
        tables.toString(),
        DEVICE,
        bundle.fingerprint().toString(),
        1,
        KernelChoice.named("scalar"));
  }

  ChainId chain() {
    try (OwnerFile file = OwnerFile.open(owner)) {
      return file.currentChain(DEVICE, bundle.fingerprint());
    }
  }

  public long issued() {
    try (OwnerFile file = OwnerFile.open(owner)) {
      return file.ledger().get(file.ledger().size() - 1).issuedPasses();
    }
  }

  PassKey passKey(long pass) {
    try (OwnerFile file = OwnerFile.open(owner);
        ChainKeys keys = file.chainKeys(DEVICE, bundle.fingerprint(), chain())) {
      return keys.passKeys(pass, 1).get(0);
    }
  }

  TableFolder openTables() {
    return TableFolder.open(
        tables, DEVICE, chain(), CipherSuite.AES, bundle.fingerprint(), bundle.plan());
  }

  /** Names in the output folder that end so, sorted. */
  List<String> names(String suffix) throws IOException {
    try (Stream<Path> entries = Files.list(tables)) {
      return entries
          .map(path -> path.getFileName().toString())
          .filter(name -> name.endsWith(suffix))
          .sorted()
          .toList();
    }
  }

  public List<String> tableNames() throws IOException {
    return names(TableId.SUFFIX);
  }

  /** Asserts that the tables hold exactly W·r of these passes, by the defining sum. */
  public void assertTablesRight(long first, long last) {
    try (TableFolder opened = openTables();
        PassKey start = passKey(first)) {
      PassKey key = start.copy();
      for (long pass = first; pass <= last; pass++) {
        for (LinearLayerSpec layer : bundle.plan().layers()) {
          int[] u = new int[layer.geometry().outputSize()];
          opened.readLayer(pass, key, challenges(opened, pass), layer.index(), u);
          assertThat(u).as("pass %d layer %d", pass, layer.index()).isEqualTo(factor(key, layer));
        }
        PassKey next = key.next();
        key.close();
        key = next;
      }
      key.close();
    }
  }

  /** Those of a pass's group, from the tables. */
  private GroupChallenges challenges(TableFolder opened, long pass) {
    try (OwnerFile file = OwnerFile.open(owner);
        ChainKeys keys = file.chainKeys(DEVICE, bundle.fingerprint(), chain());
        GroupKey key = keys.groupKey(PassGroups.of(pass))) {
      return opened.challenges(PassGroups.of(pass), key);
    }
  }

  /** W·r by the scalar oracle. */
  int[] factor(PassKey key, LinearLayerSpec layer) {
    MaskedTensorSpec tensor = bundle.plan().tensor(layer.tensorId());
    int[] mask = new int[tensor.elements()];
    try (MaskGenerator masks = new MaskGenerator(key, TestSecrets.ACCESS)) {
      masks.fill(tensor.id(), ResidueField.P31, mask, mask.length);
    }
    return apply(layer, mask);
  }

  /** W·x by the defining sum of the combined weights. */
  int[] apply(LinearLayerSpec layer, int[] x) {
    LayerWeights weights = bundle.edge().weights().get(layer.index());
    long[] sums = new long[layer.geometry().outputSize()];
    DirectConvolution.apply(layer.geometry(), weights, x, sums);
    int[] y = new int[sums.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = Field31.reduceSigned(sums[i]);
    }
    return y;
  }

  /** Every U of these passes, opened with the owner's keys. */
  List<int[]> factors(long first, long last) {
    List<int[]> all = new ArrayList<>();
    try (TableFolder opened = openTables()) {
      for (long pass = first; pass <= last; pass++) {
        try (PassKey key = passKey(pass)) {
          for (LinearLayerSpec layer : bundle.plan().layers()) {
            int[] u = new int[layer.geometry().outputSize()];
            opened.readLayer(pass, key, challenges(opened, pass), layer.index(), u);
            all.add(u);
          }
        }
      }
    }
    return all;
  }
}
