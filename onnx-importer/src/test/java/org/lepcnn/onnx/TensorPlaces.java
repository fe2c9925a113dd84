/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Every place in which the format's own description lets a tensor stand, and models with a tensor
 * there that names a file.
 */
public final class TensorPlaces {
  /** What the files hold that a model must not get at. */
  public static final String MARKER = "SECRET-BYTES-ABCD";

  private TensorPlaces() {}

  /** Whether nothing runs what stands there, so that it is left out instead of refused. */
  public static boolean isLeftOut(List<FieldDescriptor> place) {
    return place.get(0).getName().equals("training_info");
  }

  /** Ways from a model to a tensor, each field of each kind of message at most once a way. */
  public static List<List<FieldDescriptor>> all() {
    List<List<FieldDescriptor>> places = new ArrayList<>();
    collect(ModelProto.getDescriptor(), new ArrayList<>(), places);
    return places;
  }

  private static void collect(
      Descriptor message, List<FieldDescriptor> way, List<List<FieldDescriptor>> places) {
    if (message == TensorProto.getDescriptor()) {
      places.add(List.copyOf(way));
      return;
    }
    for (FieldDescriptor field : message.getFields()) {
      if (!way.contains(field) && way.size() < 7 && holdsTensors(field, new HashSet<>())) {
        way.add(field);
        collect(field.getMessageType(), way, places);
        way.remove(way.size() - 1);
      }
    }
  }

  /** Whether a field can hold tensors, at any depth. */
  public static boolean holdsTensors(FieldDescriptor field, Set<Descriptor> seen) {
    if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
      return false;
    }
    Descriptor message = field.getMessageType();
    return message == TensorProto.getDescriptor()
        || (seen.add(message)
            && message.getFields().stream().anyMatch(inner -> holdsTensors(inner, seen)));
  }

  /** A model that runs, with a tensor in a place where nothing reads it. */
  public static ModelProto model(List<FieldDescriptor> place, TensorProto tensor) {
    return (ModelProto) put(base().toBuilder(), place, 0, tensor);
  }

  private static Message put(
      Message.Builder builder, List<FieldDescriptor> place, int at, TensorProto tensor) {
    FieldDescriptor field = place.get(at);
    boolean last = at == place.size() - 1;
    Message.Builder inner =
        field.isRepeated()
            ? builder.newBuilderForField(field)
            : ((Message) builder.getField(field)).toBuilder();
    Message value = last ? tensor : put(inner, place, at + 1, tensor);
    return field.isRepeated()
        ? builder.addRepeatedField(field, value).build()
        : builder.setField(field, value).build();
  }

  /** A place, for people. */
  public static String text(List<FieldDescriptor> place) {
    return place.stream().map(FieldDescriptor::getName).toList().toString();
  }

  /** The model without anything outside. */
  public static ModelProto base() {
    OnnxModels model = new OnnxModels(1).input("x", 1, 4);
    model.node("MatMul", "y", "x " + model.weights(1, 4, 4));
    return model.output("y").build();
  }

  /** A tensor of the marker's bytes that lie in a file. */
  public static TensorProto external(String location) {
    return TensorProto.newBuilder()
        .setName("outside")
        .setDataType(TensorProto.DataType.UINT8_VALUE)
        .addDims(MARKER.length())
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(
            StringStringEntryProto.newBuilder()
                .setKey("location")
                .setValueBytes(ByteString.copyFromUtf8(location)))
        .addExternalData(
            StringStringEntryProto.newBuilder()
                .setKey("length")
                .setValue(Integer.toString(MARKER.length())))
        .build();
  }
}
