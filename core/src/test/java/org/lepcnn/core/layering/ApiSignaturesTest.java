/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.layering;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.lepcnn.core.api.Internal;
import org.lepcnn.core.api.PublicApi;

/** Public, as the examples in it have to be. */
public class ApiSignaturesTest {
  /** No part of the API. */
  @Internal
  public static class Closed extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /** Names it wherever a caller sees it, and where none does. */
  @PublicApi
  public abstract static class Open implements Supplier<Closed> {
    public Closed[] field;
    Closed hiddenField;

    protected Open(Closed parameter) {}

    public abstract List<? extends Closed> result();

    public abstract void thrown() throws Closed;

    public abstract <T extends Closed> void bound();

    abstract Closed hidden();
  }

  @Test
  void internalTypes_areFoundInWhatCallersSee() {
    String closed = Closed.class.getName();
    List<String> places =
        List.of("", ".<init>(" + closed + ")", ".field", ".result()", ".thrown()", ".bound()");
    assertThat(
            ApiSignatures.internalTypesNamed(
                new ClassFileImporter().importClasses(Open.class, Closed.class)))
        .containsExactlyInAnyOrderElementsOf(
            places.stream()
                .map(place -> Open.class.getName() + place + " names " + closed)
                .toList());
  }
}
