/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.lepcnn.core.field.ResidueField;
import org.lepcnn.core.model.ModelBundle;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.key.Passphrase;
import org.lepcnn.device.owner.OwnerFile;
import org.lepcnn.device.reference.PlainIntegerNetwork;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.state.DeviceState;
import org.lepcnn.device.state.Grant;
import org.lepcnn.device.testkit.SessionModel;
import org.lepcnn.device.testkit.WrittenTables;

/**
 * Writes the files that {@link GoldenFilesTest} reads for ever, as this version makes them: once
 * for each version of a format, into a folder of their own under {@code
 * device-runtime/src/test/resources/golden}. Arguments: a new folder, the cipher suite. Their keys
 * protect nothing.
 */
final class GoldenFilesMain {
  static final String DEVICE = "meter-1";
  static final String OTHER_DEVICE = "meter-2";
  static final String PASSPHRASE = "golden, and known to everybody";
  static final long SEED = 5;
  private static final int PASSES = 4;

  private GoldenFilesMain() {}

  public static void main(String[] arguments) throws IOException {
    write(Path.of(arguments[0]), CipherSuite.valueOf(arguments[1].toUpperCase(Locale.ROOT)));
  }

  /** One pass was taken and one integrity check has failed in the state. */
  static void write(Path folder, CipherSuite suite) throws IOException {
    ModelBundle bundle = SessionModel.bundle(41, ResidueField.P24, ResidueField.P31);
    bundle.write(Files.createDirectories(folder).resolve("bundle"));
    try (Passphrase passphrase = Passphrase.copyOf(PASSPHRASE.toCharArray());
        OwnerFile owner = OwnerFile.create(folder.resolve("owner.lep"), passphrase)) {
      Path consumed = folder.resolve("consumed.grant");
      provision(owner, DEVICE, bundle, suite, consumed, passphrase);
      provision(owner, OTHER_DEVICE, bundle, suite, folder.resolve("other.grant"), passphrase);
      WrittenTables.write(bundle, owner, DEVICE, PASSES, folder.resolve("tables"));
      try (DeviceState state =
          DeviceState.init(consumed, folder.resolve("state"), passphrase, passphrase)) {
        state.reserve(1).take().finish();
        state.recordIntegrityFailure();
      }
    }
    try (DeviceModel model = DeviceModel.load(bundle.device())) {
      float[] answer =
          new PlainIntegerNetwork(model, bundle.edge())
              .run(SessionModel.inputs(SEED))
              .get("y")
              .floats();
      ByteBuffer bytes = ByteBuffer.allocate(answer.length * Float.BYTES);
      bytes.asFloatBuffer().put(answer);
      Files.write(folder.resolve("answer.f32"), bytes.array());
    }
  }

  private static void provision(
      OwnerFile owner,
      String device,
      ModelBundle bundle,
      CipherSuite suite,
      Path file,
      Passphrase passphrase) {
    try (Grant grant = owner.provision(device, bundle, suite)) {
      grant.write(file, passphrase);
    }
  }
}
