/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.lepcnn.bench.measure.BenchDevice;
import org.lepcnn.bench.measure.BenchModel;
import org.lepcnn.bench.measure.FloatLayer;
import org.lepcnn.bench.measure.PlainModel;
import org.lepcnn.bench.measure.ThreadMeter;
import org.lepcnn.bench.measure.Timing;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.kernel.KernelProvider;
import org.lepcnn.core.kernel.choice.Kernels;
import org.lepcnn.core.linear.ConvAxis;
import org.lepcnn.core.linear.ConvGeometry;
import org.lepcnn.core.port.InProcessEdge;
import org.lepcnn.device.key.CipherSuite;
import org.lepcnn.device.pass.PassTimings;
import org.lepcnn.device.session.PrivateSession;
import org.lepcnn.device.stage.HostTensor;
import org.lepcnn.onnx.cut.DeviceProfile.Elements;
import org.lepcnn.onnx.cut.LayerSpeeds;

/**
 * What this machine would cost a device: the steps of private passes of a small network, against an
 * edge in this process, with durable state, sealed tables and the integrity check; and layers in
 * float by ONNX Runtime with one thread. Medians.
 */
public final class DeviceMeasurement {
  private static final int PASSES = 24;
  private static final int WARM_UP = 8;

  /** Channels and side of the convolutions. */
  private static final int CHANNELS = 64;

  private static final int SIDE = 56;

  /** Too many weights for a cache. */
  private static final int FULLY_CONNECTED_IN = 9216;

  private static final int FULLY_CONNECTED_OUT = 4096;

  private DeviceMeasurement() {}

  /** The steps of private passes, with each suite's ciphers. */
  public static Map<CipherSuite, Elements> elements(Consumer<String> steps) {
    Path folder = null;
    try {
      folder = Files.createTempDirectory("lepcnn-profile");
      Path onnx = folder.resolve("profile.onnx");
      Files.write(onnx, ProfileNetwork.model().toByteArray());
      try (BenchModel model = BenchModel.open(onnx.toString())) {
        return elements(model, steps);
      } finally {
        Files.delete(onnx);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw EnvironmentException.about("Measuring a device")
          .expected("a writable temporary folder")
          .found(e, "Name another one with -Djava.io.tmpdir.");
    }
  }

  private static Map<CipherSuite, Elements> elements(BenchModel model, Consumer<String> steps) {
    Map<CipherSuite, Elements> found = new EnumMap<>(CipherSuite.class);
    KernelProvider provider = Kernels.choose(null);
    try (BenchDevice first = BenchDevice.create(model, provider)) {
      for (CipherSuite suite : CipherSuite.values()) {
        steps.accept("device profile: cipher suite " + suite);
        try (BenchDevice device = first.another("profile-" + suite, suite)) {
          found.put(suite, elements(model, device, provider, steps));
        }
      }
    }
    return found;
  }

  private static Elements elements(
      BenchModel model, BenchDevice device, KernelProvider provider, Consumer<String> steps) {
    List<PassTimings> timings = new ArrayList<>();
    Map<String, HostTensor> input = model.input();
    try (EdgeOnItsOwnThread edge =
        new EdgeOnItsOwnThread(new InProcessEdge(model.bundle().edge(), provider))) {
      steps.accept("device profile: making tables for " + (WARM_UP + PASSES) + " passes");
      device.makeTables(0, WARM_UP + PASSES, 1);
      try (PrivateSession session = device.session(edge, 1, WARM_UP + PASSES)) {
        steps.accept("device profile: private passes");
        session.warmUp();
        device.readTables();
        for (int pass = 0; pass < WARM_UP + PASSES; pass++) {
          PassTimings timing = session.submit(input).join().timings();
          if (pass >= WARM_UP) {
            timings.add(timing);
          }
        }
      }
    }
    double inputs = model.bundle().plan().inputElements();
    double outputs = model.bundle().plan().outputElements();
    return new Elements(
        median(timings, PassTimings::maskNanos) / inputs,
        median(timings, PassTimings::checkNanos) / (inputs + outputs),
        median(timings, PassTimings::tableNanos) / outputs,
        median(timings, PassTimings::unmaskNanos) / outputs,
        median(timings, PassTimings::stageNanos) / outputs);
  }

  private static double median(List<PassTimings> timings, ToLongFunction<PassTimings> nanos) {
    return Timing.median(timings.stream().mapToDouble(nanos::applyAsLong).toArray());
  }

  /** Layers in float. */
  public static LayerSpeeds plain(Consumer<String> steps) {
    steps.accept("device profile: layers in float");
    ConvGeometry convolution = convolution(CHANNELS, 1, 3);
    ConvGeometry pointwise = convolution(2 * CHANNELS, 1, 1);
    ConvGeometry depthwise = convolution(2 * CHANNELS, 2 * CHANNELS, 3);
    ConvGeometry connected =
        ConvGeometry.fullyConnected(1, FULLY_CONNECTED_IN, FULLY_CONNECTED_OUT);
    return new LayerSpeeds(
        nanos(convolution) / convolution.macs(),
        nanos(pointwise) / pointwise.macs(),
        nanos(depthwise) / depthwise.macs(),
        nanos(connected) / connected.weightCount());
  }

  private static ConvGeometry convolution(int channels, int groups, int kernel) {
    ConvAxis side = ConvAxis.of(SIDE, SIDE, kernel).withPadBefore(kernel / 2);
    return new ConvGeometry(1, channels, channels, groups, side, side);
  }

  /** Processor time of a run. */
  private static double nanos(ConvGeometry g) {
    byte[] weights = new byte[g.weightCount()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (byte) (i % 251 - 125);
    }
    List<Double> nanos = new ArrayList<>();
    try (PlainModel model = FloatLayer.open(g, weights, 1).orElseThrow()) {
      for (int run = 0; run < WARM_UP + PASSES; run++) {
        ThreadMeter.Reading before = ThreadMeter.ofThisThread();
        model.run();
        if (run >= WARM_UP) {
          nanos.add((double) ThreadMeter.ofThisThread().minus(before).cpuNanos());
        }
      }
    }
    return Timing.median(nanos);
  }
}
