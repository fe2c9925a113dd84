/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.flink.model;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.error.EnvironmentException;
import org.lepcnn.core.error.LepcnnException;
import org.lepcnn.core.io.WholeFile;

/**
 * Gets an edge half from where it was published: {@code file:} on this machine, regular files
 * alone, {@code http:} or {@code https:}. Sizes and times are bounded for all of them; redirects
 * are not followed. Several threads may fetch: together they hold no more than one file may have. A
 * file that cannot even be opened in time is given up with its thread. What comes is not trusted:
 * the caller verifies it against the model's fingerprint.
 */
final class ModelFetch {
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
  private static final Duration TRANSFER_LIMIT = Duration.ofMinutes(5);
  private static final int MOST_STUCK = 4;

  private final long maxBytes;
  private final Duration limit;
  private final Semaphore readers = new Semaphore(MOST_STUCK);
  private final FetchBudget memory;

  ModelFetch(long maxBytes) {
    this(maxBytes, TRANSFER_LIMIT);
  }

  ModelFetch(long maxBytes, Duration limit) {
    this.maxBytes = maxBytes;
    this.limit = limit;
    this.memory = new FetchBudget(maxBytes);
  }

  /**
   * The bytes.
   *
   * @throws BadInputException for another kind of address, or for more bytes than allowed
   * @throws EnvironmentException when they do not come
   */
  byte[] get(String address) {
    URI uri = parse(address);
    String scheme = uri.getScheme() == null ? "" : uri.getScheme();
    try (FetchBudget.Allowance allowance = memory.allowance()) {
      return switch (scheme) {
        case "file" -> fromFile(uri, allowance);
        case "http", "https" -> fromServer(uri, allowance);
        default ->
            throw BadInputException.about("Fetching a model")
                .expected("a file:, http: or https: address")
                .found("'" + address + "'");
      };
    }
  }

  private static URI parse(String address) {
    try {
      return URI.create(address);
    } catch (IllegalArgumentException e) {
      throw BadInputException.about("Fetching a model")
          .expected("an address")
          .because(e)
          .found("'" + address + "'");
    }
  }

  /** In a thread of its own: opening what became a pipe, or a share that hangs, does not end. */
  private byte[] fromFile(URI uri, FetchBudget.Allowance allowance) {
    if (!readers.tryAcquire()) {
      throw EnvironmentException.about("Fetching a model from " + uri)
          .expected("files that can be read")
          .found(
              "that reading " + MOST_STUCK + " of them hangs",
              "Withdraw those models, and start the edge again.");
    }
    FutureTask<byte[]> reading = new FutureTask<>(() -> read(uri, allowance));
    Thread thread =
        new Thread(
            () -> {
              try {
                reading.run();
              } finally {
                readers.release();
              }
            },
            "lepcnn-model-file");
    thread.setDaemon(true);
    thread.start();
    try {
      return reading.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable(uri, e);
    } catch (ExecutionException e) {
      Throwable cause = FutureFailures.causeOf(e);
      throw cause instanceof LepcnnException known ? known : unavailable(uri, cause);
    } catch (TimeoutException e) {
      throw unavailable(uri, e);
    } finally {
      reading.cancel(true);
    }
  }

  private byte[] read(URI uri, FetchBudget.Allowance allowance)
      throws IOException, InterruptedException {
    Path file = Path.of(uri);
    if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
      throw BadInputException.about("Fetching a model from " + uri)
          .expected("a regular file")
          .found("a folder, a pipe or a device");
    }
    long size = Files.size(file);
    if (size > maxBytes) {
      throw tooLarge(uri);
    }
    if (!allowance.await(size, limit.toNanos())) {
      throw noMemory(uri);
    }
    return WholeFile.read("the model's edge half at " + uri, file, maxBytes);
  }

  private byte[] fromServer(URI uri, FetchBudget.Allowance allowance) {
    HttpClient client =
        HttpClient.newBuilder()
            .connectTimeout(CONNECT_LIMIT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(limit).GET().build();
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(request, info -> new BoundedBody(info, maxBytes, allowance, limit));
    try {
      HttpResponse<byte[]> response = answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (response.statusCode() != 200) {
        throw EnvironmentException.about("Fetching a model from " + uri)
            .expected("status 200")
            .found("status " + response.statusCode());
      }
      return response.body();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable(uri, e);
    } catch (ExecutionException e) {
      throw refused(uri, e);
    } catch (TimeoutException e) {
      throw unavailable(uri, e);
    } finally {
      answer.cancel(true); // also ends a transfer that stalls
    }
  }

  private LepcnnException refused(URI uri, ExecutionException failure) {
    if (BoundedBody.wasTooLarge(failure)) {
      return tooLarge(uri);
    }
    return BoundedBody.foundNoMemory(failure)
        ? noMemory(uri)
        : unavailable(uri, FutureFailures.causeOf(failure));
  }

  private EnvironmentException noMemory(URI uri) {
    return EnvironmentException.about("Fetching a model from " + uri)
        .expected(
            "room in the "
                + maxBytes
                + " bytes that all models being fetched share (--max-model-mib)")
        .found("that others hold it", "The edge tries again.");
  }

  private BadInputException tooLarge(URI uri) {
    return BadInputException.about("Fetching a model from " + uri)
        .expected("at most " + maxBytes + " bytes")
        .found("more", "Raise --max-model-mib if this is right.");
  }

  private static EnvironmentException unavailable(URI uri, Throwable cause) {
    return EnvironmentException.about("Fetching a model from " + uri)
        .expected("a readable file")
        .found(cause);
  }
}
