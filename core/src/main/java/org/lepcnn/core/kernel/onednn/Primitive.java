/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.kernel.onednn;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;

/**
 * A compiled operation on 8-bit integers, s32 its result, of one shape. Safe for concurrent use:
 * scratch memory belongs to the {@link Execution}.
 */
final class Primitive implements AutoCloseable {
  private final dnnl_primitive_desc description;
  private final dnnl_primitive primitive = new dnnl_primitive();

  private Primitive(dnnl_primitive_desc description) {
    this.description = description;
    OneDnn.check(dnnl.dnnl_primitive_create(primitive, description), "primitive_create");
  }

  /**
   * A convolution on channel-last tensors.
   *
   * @param source {@code {images, channels, height, width}}
   * @param target {@code {images, channels, height, width}}
   * @param weights the weights' layout, or one that leaves it to oneDNN
   * @param steps {@code {strides, dilations − 1, padding before, padding after}}, each {@code
   *     {height, width}}
   */
  static Primitive convolution(
      long[] source, long[] target, dnnl_memory_desc weights, long[][] steps) {
    dnnl_memory_desc from = Descriptions.dense(dnnl.dnnl_u8, source, dnnl.dnnl_nhwc);
    dnnl_memory_desc to = Descriptions.dense(dnnl.dnnl_s32, target, dnnl.dnnl_nhwc);
    dnnl_primitive_attr attributes = attributes();
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    try {
      OneDnn.check(
          dnnl.dnnl_convolution_forward_primitive_desc_create(
              description,
              OneDnn.engine(),
              dnnl.dnnl_forward_inference,
              dnnl.dnnl_convolution_direct,
              from,
              weights,
              null,
              to,
              steps[0],
              steps[1],
              steps[2],
              steps[3],
              attributes),
          "convolution_forward_primitive_desc_create");
      return new Primitive(description);
    } finally {
      destroy(attributes, from, to);
    }
  }

  /**
   * A product of a row-major matrix with the weights.
   *
   * @param rows of the matrix
   * @param depth columns of the matrix
   * @param columns of the product
   * @param weights the weights' layout, or one that leaves it to oneDNN
   */
  static Primitive product(long rows, long depth, long columns, dnnl_memory_desc weights) {
    dnnl_memory_desc from =
        Descriptions.dense(dnnl.dnnl_u8, new long[] {rows, depth}, dnnl.dnnl_ab);
    dnnl_memory_desc to =
        Descriptions.dense(dnnl.dnnl_s32, new long[] {rows, columns}, dnnl.dnnl_ab);
    return product(from, weights, to);
  }

  /**
   * A product of one matrix of bytes (the source) with the signed limbs of a matrix (the weights),
   * which oneDNN may want in any layout; the target is row-major.
   *
   * @param sizes {@code {limbs, rows, depth, columns}}
   * @param sourceType {@code dnnl_s8} or {@code dnnl_u8}
   */
  static Primitive limbProduct(long[] sizes, int sourceType) {
    long[] source = {1, sizes[1], sizes[2]};
    long[] weights = {sizes[0], sizes[2], sizes[3]};
    long[] target = {sizes[0], sizes[1], sizes[3]};
    dnnl_memory_desc from = Descriptions.dense(sourceType, source, dnnl.dnnl_abc);
    dnnl_memory_desc any = Descriptions.dense(dnnl.dnnl_s8, weights, dnnl.dnnl_format_tag_any);
    dnnl_memory_desc to = Descriptions.dense(dnnl.dnnl_s32, target, dnnl.dnnl_abc);
    try {
      return product(from, any, to);
    } finally {
      dnnl.dnnl_memory_desc_destroy(any);
    }
  }

  dnnl_primitive primitive() {
    return primitive;
  }

  /** The source's layout; valid until {@link #close}. */
  dnnl_memory_desc source() {
    return dnnl.dnnl_primitive_desc_query_md(description, dnnl.dnnl_query_src_md, 0);
  }

  /** The target's layout; valid until {@link #close}. */
  dnnl_memory_desc target() {
    return dnnl.dnnl_primitive_desc_query_md(description, dnnl.dnnl_query_dst_md, 0);
  }

  /** The weights' layout; valid until {@link #close}. */
  dnnl_memory_desc weights() {
    return dnnl.dnnl_primitive_desc_query_md(description, dnnl.dnnl_query_weights_md, 0);
  }

  /** The scratch memory's layout; valid until {@link #close}. */
  dnnl_memory_desc scratchpad() {
    return dnnl.dnnl_primitive_desc_query_md(description, dnnl.dnnl_query_scratchpad_md, 0);
  }

  @Override
  public void close() {
    OneDnn.check(dnnl.dnnl_primitive_destroy(primitive), "primitive_destroy");
    OneDnn.check(dnnl.dnnl_primitive_desc_destroy(description), "primitive_desc_destroy");
  }

  /** A product; destroys the descriptions of source and target. */
  private static Primitive product(
      dnnl_memory_desc from, dnnl_memory_desc weights, dnnl_memory_desc to) {
    dnnl_primitive_attr attributes = attributes();
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    try {
      OneDnn.check(
          dnnl.dnnl_matmul_primitive_desc_create(
              description, OneDnn.engine(), from, weights, null, to, attributes),
          "matmul_primitive_desc_create");
      return new Primitive(description);
    } finally {
      destroy(attributes, from, to);
    }
  }

  private static dnnl_primitive_attr attributes() {
    dnnl_primitive_attr attributes = new dnnl_primitive_attr();
    OneDnn.check(dnnl.dnnl_primitive_attr_create(attributes), "primitive_attr_create");
    OneDnn.check(
        dnnl.dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl.dnnl_scratchpad_mode_user),
        "primitive_attr_set_scratchpad_mode");
    return attributes;
  }

  private static void destroy(
      dnnl_primitive_attr attributes, dnnl_memory_desc from, dnnl_memory_desc to) {
    dnnl.dnnl_primitive_attr_destroy(attributes);
    dnnl.dnnl_memory_desc_destroy(from);
    dnnl.dnnl_memory_desc_destroy(to);
  }
}
