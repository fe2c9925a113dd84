/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import triton.client.InferInput;
import triton.client.InferRequestedOutput;
import triton.client.InferResult;
import triton.client.InferenceException;
import triton.client.InferenceServerClient;
import triton.client.InferenceServerClient.InferArguments;
import triton.client.pojo.DataType;
import triton.client.pojo.IOTensor;

/**
 * Asks by Triton's Java client, which stands alone on the class path. Each argument behind the
 * address is a request: {@code model version id form output,... input...}, parts between spaces,
 * where the form is {@code binary} or {@code json} and an input is {@code name:type:shape:values}.
 * Version, id and outputs may be {@code -}. Prints a line for each output, or for a refusal.
 */
public final class StockClientMain {
  private StockClientMain() {}

  public static void main(String[] args) throws Exception {
    try (InferenceServerClient client = new InferenceServerClient(args[0], 60_000, 60_000)) {
      for (String request : Arrays.asList(args).subList(1, args.length)) {
        try {
          print(client.infer(request(request.split(" "))));
        } catch (InferenceException e) {
          System.out.println("refused " + e.getMessage());
        }
      }
    }
  }

  private static InferArguments request(String[] parts) {
    boolean binary = parts[3].equals("binary");
    List<InferInput> inputs = new ArrayList<>();
    for (String input : Arrays.asList(parts).subList(5, parts.length)) {
      inputs.add(input(input.split(":"), binary));
    }
    List<InferRequestedOutput> outputs = new ArrayList<>();
    if (!parts[4].equals("-")) {
      for (String output : parts[4].split(",")) {
        outputs.add(new InferRequestedOutput(output, binary));
      }
    }
    return new InferArguments(parts[0], inputs, outputs)
        .setModelVersion(parts[1].equals("-") ? "" : parts[1])
        .setRequestId(parts[2].equals("-") ? "" : parts[2]);
  }

  private static InferInput input(String[] parts, boolean binary) {
    DataType type = DataType.valueOf(parts[1]);
    long[] shape = Arrays.stream(parts[2].split(",")).mapToLong(Long::parseLong).toArray();
    InferInput input = new InferInput(parts[0], shape, type);
    String[] values = parts[3].split(",");
    switch (type) {
      case FP32:
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
          floats[i] = Float.parseFloat(values[i]);
        }
        input.setData(floats, binary);
        break;
      case FP64:
        input.setData(Arrays.stream(values).mapToDouble(Double::parseDouble).toArray(), binary);
        break;
      case INT32:
        input.setData(Arrays.stream(values).mapToInt(Integer::parseInt).toArray(), binary);
        break;
      case INT64:
        input.setData(Arrays.stream(values).mapToLong(Long::parseLong).toArray(), binary);
        break;
      case INT8:
      case UINT8:
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = (byte) Integer.parseInt(values[i]);
        }
        input.setData(bytes, binary);
        break;
      case BOOL:
        boolean[] flags = new boolean[values.length];
        for (int i = 0; i < flags.length; i++) {
          flags[i] = Boolean.parseBoolean(values[i]);
        }
        input.setData(flags, binary);
        break;
      default:
        input.setData(values, binary);
    }
    return input;
  }

  private static void print(InferResult result) {
    for (IOTensor output : result.getResponse().getOutputs()) {
      System.out.println(
          output.getName()
              + ":"
              + output.getDatatype()
              + ":"
              + list(Arrays.toString(output.getShape()))
              + ":"
              + list(values(result, output)));
    }
  }

  private static String values(InferResult result, IOTensor output) {
    String name = output.getName();
    switch (output.getDatatype()) {
      case FP32:
        return Arrays.toString(result.getOutputAsFloat(name));
      case FP64:
        return Arrays.toString(result.getOutputAsDouble(name));
      case INT32:
        return Arrays.toString(result.getOutputAsInt(name));
      case INT64:
        return Arrays.toString(result.getOutputAsLong(name));
      case INT8:
      case UINT8:
        return Arrays.toString(result.getOutputAsByte(name));
      case BOOL:
        return Arrays.toString(result.getOutputAsBool(name));
      default:
        return Arrays.toString(output.getData());
    }
  }

  private static String list(String text) {
    return text.substring(1, text.length() - 1).replace(" ", "");
  }
}
