/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.stage;

import java.util.ArrayList;
import java.util.List;

/**
 * Reusable native tensors by type and shape: as many as the passes in flight ever needed at a time.
 * They keep what the last pass left until they are used again or closed. Thread-safe.
 */
final class NativeTensors implements AutoCloseable {
  private final List<NativeTensor> free = new ArrayList<>();
  private boolean closed;

  /** A tensor of float32. */
  NativeTensor take(long... shape) {
    return takeOf(HostTensor.FLOAT, shape);
  }

  NativeTensor takeOf(int onnxType, long... shape) {
    synchronized (free) {
      for (int i = free.size() - 1; i >= 0; i--) {
        if (free.get(i).is(onnxType, shape)) {
          return free.remove(i);
        }
      }
    }
    return new NativeTensor(onnxType, shape);
  }

  void give(NativeTensor tensor) {
    synchronized (free) {
      if (!closed) {
        free.add(tensor);
        return;
      }
    }
    tensor.close();
  }

  @Override
  public void close() {
    synchronized (free) {
      closed = true;
      free.forEach(NativeTensor::close);
      free.clear();
    }
  }
}
