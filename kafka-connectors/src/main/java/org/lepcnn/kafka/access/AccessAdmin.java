/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.access;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;
import org.apache.kafka.common.resource.PatternType;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.kafka.client.ClientSettings;
import org.lepcnn.kafka.client.KafkaFailures;

/**
 * Grants access rules and sets byte quotas. Both are idempotent: what is there already is left
 * alone and reported as such; nothing is ever taken away.
 */
public final class AccessAdmin implements AutoCloseable {
  private static final long POLL_MILLIS = 50;
  private static final String PRODUCED = "producer_byte_rate";
  private static final String CONSUMED = "consumer_byte_rate";

  private final ClientSettings settings;
  private final long timeoutMillis;
  private final Admin admin;

  private AccessAdmin(ClientSettings settings, long timeoutMillis, Admin admin) {
    this.settings = settings;
    this.timeoutMillis = timeoutMillis;
    this.admin = admin;
  }

  /** A connection whose calls end within the time-out. Whether a broker is there shows later. */
  public static AccessAdmin connect(ClientSettings settings, Duration timeout) {
    try {
      return new AccessAdmin(settings, timeout.toMillis(), Admin.create(settings.admin(timeout)));
    } catch (KafkaException e) {
      throw KafkaFailures.translate("Connecting to Kafka", settings, e);
    }
  }

  /**
   * Sees to it that the rules are there.
   *
   * @throws EnvironmentException when the broker has no authorizer, or does not allow it
   */
  public List<AccessReport> grant(List<AclBinding> rules) {
    try {
      List<AclBinding> missing = missing(rules);
      KafkaFailures.await(admin.createAcls(missing).all(), timeoutMillis);
      awaitSeen("access rules", () -> missing(missing).isEmpty());
      return rules.stream()
          .map(rule -> new AccessReport(text(rule), missing.contains(rule)))
          .toList();
    } catch (ExecutionException | KafkaException e) {
      throw failure("Granting access rules", e);
    }
  }

  /** Sees to it that the user's quotas are these. */
  public List<AccessReport> limit(String principal, ByteRates rates) {
    String user = AccessRules.userOf(principal);
    try {
      Map<String, Double> found = quotas(user);
      List<AccessReport> reports = new ArrayList<>();
      List<ClientQuotaAlteration.Op> changes = new ArrayList<>();
      compare(PRODUCED, rates.produced(), principal, found, reports, changes);
      compare(CONSUMED, rates.consumed(), principal, found, reports, changes);
      if (!changes.isEmpty()) {
        ClientQuotaAlteration alteration = new ClientQuotaAlteration(entity(user), changes);
        KafkaFailures.await(admin.alterClientQuotas(List.of(alteration)).all(), timeoutMillis);
        awaitSeen("byte quotas", () -> areThere(changes, quotas(user)));
      }
      return reports;
    } catch (ExecutionException | KafkaException e) {
      throw failure("Setting the byte quotas of " + principal, e);
    }
  }

  @Override
  public void close() {
    admin.close(Duration.ofMillis(timeoutMillis));
  }

  private List<AclBinding> missing(List<AclBinding> rules) throws ExecutionException {
    List<AclBinding> missing = new ArrayList<>();
    for (AclBinding rule : rules) {
      if (KafkaFailures.await(admin.describeAcls(rule.toFilter()).values(), timeoutMillis)
          .isEmpty()) {
        missing.add(rule);
      }
    }
    return missing;
  }

  private static boolean areThere(
      List<ClientQuotaAlteration.Op> wanted, Map<String, Double> found) {
    return wanted.stream().allMatch(op -> op.value().equals(found.get(op.key())));
  }

  /** The controller answers before brokers know: waits until what was made is seen. */
  private void awaitSeen(String what, Question seen) throws ExecutionException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    while (!seen.ask()) {
      if (System.nanoTime() - deadline > 0) {
        throw EnvironmentException.about("Making " + what)
            .expected(settings + " to know them within " + timeoutMillis + " ms")
            .found("that it does not yet", "Try again.");
      }
      try {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        throw new InterruptException(e); // sets the interrupt flag again
      }
    }
  }

  @FunctionalInterface
  private interface Question {
    boolean ask() throws ExecutionException;
  }

  private Map<String, Double> quotas(String user) throws ExecutionException {
    ClientQuotaFilter filter =
        ClientQuotaFilter.containsOnly(
            List.of(ClientQuotaFilterComponent.ofEntity(ClientQuotaEntity.USER, user)));
    return KafkaFailures.await(admin.describeClientQuotas(filter).entities(), timeoutMillis)
        .getOrDefault(entity(user), Map.of());
  }

  private static void compare(
      String key,
      OptionalLong wanted,
      String principal,
      Map<String, Double> found,
      List<AccessReport> reports,
      List<ClientQuotaAlteration.Op> changes) {
    if (wanted.isEmpty()) {
      return;
    }
    Double rate = (double) wanted.getAsLong();
    boolean there = rate.equals(found.get(key));
    String text = "%s: %s %d bytes a second".formatted(principal, key, wanted.getAsLong());
    reports.add(new AccessReport(text, !there));
    if (!there) {
      changes.add(new ClientQuotaAlteration.Op(key, rate));
    }
  }

  private static ClientQuotaEntity entity(String user) {
    return new ClientQuotaEntity(Map.of(ClientQuotaEntity.USER, user));
  }

  private RuntimeException failure(String doing, Exception e) {
    if (KafkaFailures.unwrap(e) instanceof SecurityDisabledException) {
      return EnvironmentException.about(doing)
          .expected("an authorizer in " + settings)
          .because(e)
          .found(
              "none, so that everybody may do everything there",
              "Set authorizer.class.name in the broker's configuration.");
    }
    return KafkaFailures.translate(doing, settings, e);
  }

  private static String text(AclBinding rule) {
    boolean prefix = rule.pattern().patternType() == PatternType.PREFIXED;
    String type = rule.pattern().resourceType().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return "%s may %s %s %s%s"
        .formatted(
            rule.entry().principal(),
            rule.entry().operation(),
            type,
            rule.pattern().name(),
            prefix ? "*" : "");
  }
}
