/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.io.AtomicFiles;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.deployments.LocalLayout;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.device.reference.PlainIntegerNetwork;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.state.Grant;
import org.lepcnn.gateway.input.Inputs;
import org.lepcnn.onnx.ImportOptions;
import org.lepcnn.onnx.ModelImporter;
import org.lepcnn.onnx.plan.OffloadPolicy;
import org.lepcnn.precompute.Precompute;
import org.lepcnn.precompute.PrecomputeOptions;

/**
 * A model with pictures and, for each, the answer of the plain integer network; and a device for
 * it. The repository's own model, or a {@link WideModel}.
 */
public final class CampaignModel {
  public static final String DEVICE = "meter-1";

  private static final String OWNER = "owner.lep";
  private static final int WIDE_PICTURES = 4;
  private static final Path EXAMPLE = Path.of("examples", "meter-digits");

  private final ModelBundle bundle;
  private final List<Path> pictures;
  private final List<Map<String, HostTensor>> inputs = new ArrayList<>();
  private final List<Map<String, HostTensor>> answers = new ArrayList<>();

  private CampaignModel(ModelBundle bundle, List<Path> pictures) {
    this.bundle = bundle;
    this.pictures = pictures;
  }

  public static CampaignModel load(LocalLayout layout) {
    Path example = layout.home().resolve(EXAMPLE);
    ModelBundle bundle =
        ModelImporter.importModel(example.resolve("meter-digits.onnx"), ImportOptions.defaults());
    CampaignModel model = new CampaignModel(bundle, pictures(example.resolve("pictures")));
    for (Path picture : model.pictures) {
      for (Inputs.Input input : Inputs.read(picture, bundle.device())) {
        model.inputs.add(input.values());
      }
    }
    return model.answered();
  }

  /**
   * A model whose first tensor travels in several chunks.
   *
   * @param folder where its file may be written
   */
  public static CampaignModel wide(Path folder) {
    Path onnx = folder.resolve("wide.onnx");
    AtomicFiles.write(onnx, WideModel.onnx());
    ModelBundle bundle =
        ModelImporter.importModel(onnx, ImportOptions.defaults().withOffload(OffloadPolicy.all()));
    CampaignModel model = new CampaignModel(bundle, List.of());
    for (int number = 0; number < WIDE_PICTURES; number++) {
      model.inputs.add(WideModel.picture(number));
    }
    return model.answered();
  }

  private CampaignModel answered() {
    try (DeviceModel device = DeviceModel.load(bundle.device())) {
      PlainIntegerNetwork plain = new PlainIntegerNetwork(device, bundle.edge());
      inputs.forEach(input -> answers.add(plain.run(input)));
    }
    return this;
  }

  /** The files of the inputs; none for a {@link WideModel}. */
  public List<Path> pictures() {
    return pictures;
  }

  /** How many inputs there are. */
  public int size() {
    return inputs.size();
  }

  /** The values of an input. */
  public Map<String, HostTensor> input(int index) {
    return inputs.get(index);
  }

  /** The plain integer network's answer. */
  Map<String, HostTensor> answer(int index) {
    return answers.get(index);
  }

  /** Whether the outputs are the plain integer network's for this input, bit for bit. */
  public boolean isExact(int index, Map<String, HostTensor> outputs) {
    Map<String, HostTensor> expected = answers.get(index);
    return outputs.keySet().equals(expected.keySet())
        && expected.entrySet().stream()
            .allMatch(output -> outputs.get(output.getKey()).sameBits(output.getValue()));
  }

  /** The imported model. */
  public ModelBundle bundle() {
    return bundle;
  }

  /** Writes the bundle to {@code folder/bundle}. */
  public Path writeBundle(Path folder) {
    Path target = folder.resolve("bundle");
    bundle.write(target);
    return target;
  }

  /** Makes the device's {@code folder/state} and {@code folder/tables}. */
  public void provision(Path folder, int passes) {
    provision(folder, passes, CipherSuite.AES);
  }

  /** As {@link #provision(Path, int)}, with a suite of its chain's own. */
  public void provision(Path folder, int passes, CipherSuite suite) {
    Path grantFile = folder.resolve(DEVICE + ".grant");
    try (OwnerFile file = OwnerFile.create(folder.resolve(OWNER));
        Grant grant = file.provision(DEVICE, bundle, suite)) {
      grant.write(grantFile);
    }
    DeviceState.init(grantFile, folder.resolve("state")).close();
    precompute(folder, passes);
  }

  /** Adds tables for further passes to {@code folder/tables}. */
  public void precompute(Path folder, int passes) {
    Precompute.run(
        PrecomputeOptions.builder()
            .ownerFile(folder.resolve(OWNER))
            .bundle(folder.resolve("bundle"))
            .device(DEVICE)
            .passes(passes)
            .output(folder.resolve("tables"))
            .build(),
        progress -> {});
  }

  private static List<Path> pictures(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".png")).sorted().toList();
    } catch (IOException e) {
      throw EnvironmentException.about("Reading the pictures of the campaign")
          .expected("the repository's in " + folder)
          .found(e);
    }
  }
}
