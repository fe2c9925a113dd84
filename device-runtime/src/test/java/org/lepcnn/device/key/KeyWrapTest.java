/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.BodyReader;
import org.lepcnn.core.io.BodyWriter;
import org.lepcnn.core.io.CorruptFileException;

class KeyWrapTest {
  private static final String PUBLIC = "device";
  private static final byte[] KEY = new byte[SecretKey.BYTES];

  static {
    Arrays.fill(KEY, (byte) 7);
  }

  private static final SecretKey SECRET = SecretKey.copyOf(KEY);
  private static final PassKey PASS = PassKey.of(SECRET, CipherSuite.AES);
  private static final ChallengeKey CHALLENGE = ChallengeKey.of(SECRET, CipherSuite.AES);
  private static final List<SecretKey> KEYS = List.of(SECRET, SECRET);

  private static Passphrase passphrase(String value) {
    return Passphrase.copyOf(value.toCharArray());
  }

  private static byte[] body(KeyWrap wrap) {
    BodyWriter body = new BodyWriter().string(PUBLIC);
    wrap.write(body, PASS, CHALLENGE, TestSecrets.ACCESS);
    return body.toByteArray();
  }

  private static KeyWrap.Opened read(byte[] bytes, Passphrase passphrase) {
    ByteBuffer body = ByteBuffer.wrap(bytes);
    BodyReader in = new BodyReader("the test", body);
    in.string();
    KeyWrap.Opened opened = KeyWrap.read("the test", in, body, passphrase, 2);
    in.end();
    return opened;
  }

  private static List<SecretKey> readAgain(byte[] bytes, KeyWrap wrap) {
    ByteBuffer body = ByteBuffer.wrap(bytes);
    BodyReader in = new BodyReader("the test", body);
    in.string();
    return wrap.readAgain("the test", in, body, 2);
  }

  @Test
  void keysUnderAPassphrase_openWithItAlone_andDoNotStandInTheFile() {
    byte[] bytes = body(KeyWrap.of(passphrase("grüner Tee")));
    assertThat(read(bytes, passphrase("grüner Tee")).keys()).isEqualTo(KEYS);
    assertThat(indexOf(bytes, Arrays.copyOf(KEY, 8))).isNegative();
    assertThatThrownBy(() -> read(bytes, passphrase("grüner tee")))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("does not open it");
    assertThatThrownBy(() -> read(bytes, Passphrase.none()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("--passphrase-file")
        .hasMessageContaining("LEPCNN_PASSPHRASE_FILE");
  }

  @Test
  void whatStandsBeforeTheKeys_cannotBeAlteredUnnoticed() {
    KeyWrap wrap = KeyWrap.of(passphrase("p"));
    byte[] bytes = body(wrap);
    int afterString = 4 + PUBLIC.length();
    int[] unseen = {0}; // the length of the string, which moves everything
    for (int at = 4; at < bytes.length; at++) {
      byte[] altered = bytes.clone();
      altered[at] ^= 1;
      int position = at;
      assertThatThrownBy(() -> readAgain(altered, wrap))
          .as("byte %d of %d, the keys begin at %d", position, bytes.length, afterString)
          .isInstanceOf(RuntimeException.class);
      unseen[0]++;
    }
    assertThat(unseen[0]).isEqualTo(bytes.length - 4);
    assertThat(readAgain(bytes, wrap)).isEqualTo(KEYS);
  }

  @Test
  void everyWriting_hasANonceOfItsOwn_andOneSaltAWrap() {
    KeyWrap wrap = KeyWrap.of(passphrase("p"));
    byte[] one = body(wrap);
    byte[] two = body(wrap);
    int salt = 4 + PUBLIC.length() + 4 + 4 + 4;
    int nonce = salt + 16 + 4;
    assertThat(Arrays.copyOfRange(one, salt, salt + 16))
        .isEqualTo(Arrays.copyOfRange(two, salt, salt + 16));
    assertThat(Arrays.copyOfRange(one, nonce, nonce + 12))
        .isNotEqualTo(Arrays.copyOfRange(two, nonce, nonce + 12));
    byte[] other = body(KeyWrap.of(passphrase("p")));
    assertThat(Arrays.copyOfRange(other, salt, salt + 16))
        .isNotEqualTo(Arrays.copyOfRange(one, salt, salt + 16));
  }

  /** The number is read before anything is authenticated: it must not stall the reader. */
  @Test
  void iterationsOutOfBounds_areRefusedBeforeAnythingIsDerived() {
    byte[] bytes = body(KeyWrap.of(passphrase("p")));
    int at = 4 + PUBLIC.length() + 4;
    for (int iterations : new int[] {0, -1, 1, 599_999, 10_000_001, Integer.MAX_VALUE}) {
      ByteBuffer.wrap(bytes).putInt(at, iterations);
      assertThatThrownBy(() -> read(bytes, passphrase("p")))
          .isInstanceOf(CorruptFileException.class)
          .hasMessageContaining(iterations + " iterations");
    }
  }

  @Test
  void plainKeys_needNoPassphrase_andUnknownWaysAreCorrupt() {
    byte[] bytes = body(KeyWrap.of(Passphrase.none()));
    assertThat(read(bytes, Passphrase.none()).keys()).isEqualTo(KEYS);
    assertThat(read(bytes, Passphrase.none()).wrap().isSealed()).isFalse();
    assertThatThrownBy(() -> read(bytes, passphrase("p")))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("--accept-plain");
    assertThat(read(bytes, passphrase("p").acceptingPlain()).wrap().isSealed()).isTrue();
    assertThat(read(bytes, Passphrase.none().acceptingPlain()).wrap().isSealed()).isFalse();
    bytes[4 + PUBLIC.length() + 3] = 2;
    assertThatThrownBy(() -> read(bytes, Passphrase.none()))
        .isInstanceOf(CorruptFileException.class);
  }

  @Test
  void passingOver_tellsWhetherAPassphraseProtectsTheKeys_andStandsBehindThem() {
    for (Passphrase passphrase : new Passphrase[] {Passphrase.none(), passphrase("p")}) {
      BodyReader in = new BodyReader("the test", ByteBuffer.wrap(body(KeyWrap.of(passphrase))));
      in.string();
      assertThat(KeyWrap.skip(in)).isEqualTo(!passphrase.isNone());
      in.end();
    }
  }

  /** Passing over derives nothing, so the bounds themselves can be tried. */
  @Test
  void theBoundsOfTheIterations_areAccepted() {
    byte[] bytes = body(KeyWrap.of(passphrase("p")));
    for (int iterations : new int[] {KeyWrap.MIN_ITERATIONS, KeyWrap.MAX_ITERATIONS}) {
      ByteBuffer.wrap(bytes).putInt(4 + PUBLIC.length() + 4, iterations);
      BodyReader in = new BodyReader("the test", ByteBuffer.wrap(bytes));
      in.string();
      assertThat(KeyWrap.skip(in)).isTrue();
    }
  }

  @Test
  void readingAgain_isForTheSameWayAndSalt() {
    KeyWrap plain = KeyWrap.of(Passphrase.none());
    KeyWrap sealed = KeyWrap.of(passphrase("p"));
    assertThat(readAgain(body(plain), plain)).isEqualTo(KEYS);
    assertThat(readAgain(body(sealed), sealed)).isEqualTo(KEYS);
    assertChanged(() -> readAgain(body(sealed), plain));
    assertChanged(() -> readAgain(body(plain), sealed));
    assertChanged(() -> readAgain(body(KeyWrap.of(passphrase("p"))), sealed));
    plain.requirePlain("the test");
    assertChanged(() -> sealed.requirePlain("the test"));
  }

  private static void assertChanged(ThrowingCallable reading) {
    assertThatThrownBy(reading)
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("passphrase was changed while it was open");
  }

  @Test
  void text_tellsTheWayAlone() {
    assertThat(KeyWrap.of(Passphrase.none())).hasToString("KeyWrap(none)");
    assertThat(KeyWrap.of(passphrase("p"))).hasToString("KeyWrap(600000 iterations)");
  }

  @Test
  void closedWrap_opensNothing_andToStringTellsNothing() {
    KeyWrap wrap = KeyWrap.of(passphrase("secret words"));
    byte[] bytes = body(wrap);
    assertThat(wrap.toString()).doesNotContain("secret");
    wrap.close();
    assertThatThrownBy(() -> readAgain(bytes, wrap)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anotherNumberOfKeys_isDamage() {
    KeyWrap plain = KeyWrap.of(Passphrase.none());
    ByteBuffer body = ByteBuffer.wrap(body(plain));
    BodyReader in = new BodyReader("the test", body);
    in.string();
    assertThatThrownBy(() -> KeyWrap.read("the test", in, body, Passphrase.none(), 1))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("its keys have 64 bytes");
  }

  private static int indexOf(byte[] bytes, byte[] wanted) {
    for (int at = 0; at + wanted.length <= bytes.length; at++) {
      if (Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
        return at;
      }
    }
    return -1;
  }
}
