/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.quota;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenBucketTest {
  @Test
  void bucket_fillsAtItsRate_neverAboveTheBurst() {
    TokenBucket bucket = new TokenBucket(10, 1_000);
    bucket.take(10);
    bucket.fill(4, 10, 1_500);
    assertThat(bucket.level()).isEqualTo(2);
    bucket.fill(4, 10, 100_000);
    assertThat(bucket.level()).isEqualTo(10);
  }

  @Test
  void debt_isRepaid() {
    TokenBucket bucket = new TokenBucket(10, 0);
    bucket.take(30);
    bucket.fill(4, 10, 5_000);
    assertThat(bucket.level()).isZero();
  }

  @Test
  void clockThatGoesBack_fillsNothing_andNothingTwice() {
    TokenBucket bucket = new TokenBucket(10, 5_000);
    bucket.take(10);
    bucket.fill(1, 10, 1_000);
    assertThat(bucket.level()).isZero();
    bucket.fill(1, 10, 6_000);
    assertThat(bucket.level()).isEqualTo(1);
  }

  @Test
  void infiniteRate_isNeverUsedUp_andMayBecomeFinite() {
    TokenBucket bucket = new TokenBucket(Double.POSITIVE_INFINITY, 0);
    bucket.take(1e18);
    bucket.fill(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, 0);
    assertThat(bucket.level()).isEqualTo(Double.POSITIVE_INFINITY);
    bucket.fill(5, 10, 0);
    assertThat(bucket.level()).isEqualTo(10);
  }
}
