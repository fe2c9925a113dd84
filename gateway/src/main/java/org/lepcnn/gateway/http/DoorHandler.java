/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.error.BadInputException;
import org.lepcnn.core.io.Resources;
import org.lepcnn.gateway.page.PageStyle;
import org.lepcnn.gateway.protocol.ClientPlaces;
import org.lepcnn.gateway.protocol.DoorAnswer;
import org.lepcnn.gateway.protocol.InferRequest;
import org.lepcnn.gateway.protocol.InferRequestReader;
import org.lepcnn.gateway.protocol.RecentAnswers;
import org.lepcnn.gateway.protocol.RefusedRequestException;
import org.lepcnn.gateway.protocol.RequestPasses;
import org.lepcnn.gateway.protocol.ServedModel;
import org.lepcnn.gateway.protocol.Statuses;

/** Answers requests. */
final class DoorHandler extends Handler.Abstract {
  private static final int INDEX_BODY_BYTES = 1 << 10;
  private static final String DESCRIPTION = "openapi.yaml";
  private static final String UTF8 = ";charset=utf-8";

  private final Access access;
  private final HeadWatch heads;
  private final ServedModels models;
  private final ClientPlaces places;
  private final RequestPasses passes;
  private final BodyReader.Limits limits;
  private final BodyReader.Memory memory;
  private final DoorFigures figures = new DoorFigures(System::nanoTime);
  private final byte[] description = description();
  private final byte[] page = file("watch.html");
  private final byte[] style = style();
  private final byte[] script = file("watch.js");

  DoorHandler(
      Access access,
      HeadWatch heads,
      ServedModels models,
      ClientPlaces places,
      RequestPasses passes,
      BodyReader.Limits limits,
      BodyReader.Memory memory) {
    this.access = access;
    this.heads = heads;
    this.models = models;
    this.places = places;
    this.passes = passes;
    this.limits = limits;
    this.memory = memory;
  }

  /** The protocol, as the door speaks it. */
  static byte[] description() {
    return file(DESCRIPTION);
  }

  private static byte[] style() {
    String own = Resources.text(DoorHandler.class, "watch.css");
    return (PageStyle.sheet() + own).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] file(String name) {
    return Resources.bytes(DoorHandler.class, name);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    heads.began(request);
    CompletableFuture<DoorAnswer> answer;
    try {
      answer = answer(request, response);
    } catch (RuntimeException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    var unused =
        answer
            .exceptionally(Statuses::answer)
            .thenAccept(told -> Responses.send(told, response, callback))
            .exceptionally(
                failure -> {
                  callback.failed(failure);
                  return null;
                });
    return true;
  }

  private CompletableFuture<DoorAnswer> answer(Request request, Response response) {
    Route route = Route.of(Request.getPathInContext(request));
    if (!route.call().allows(request.getMethod())) {
      response.getHeaders().put(HttpHeader.ALLOW, route.call().method());
      throw RefusedRequestException.about(Statuses.METHOD_NOT_ALLOWED, "Request")
          .expected(route.call().method())
          .found("another method");
    }
    try {
      access.check(request, route);
    } catch (RefusedRequestException e) {
      if (e.status() == Statuses.UNAUTHORIZED) {
        response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Bearer");
      }
      throw e;
    }
    if (route.call() == Route.Call.INFER) {
      return counted(() -> infer(request, models.find(route)));
    }
    if (route.call() == Route.Call.INDEX) {
      return index(request);
    }
    return CompletableFuture.completedFuture(told(route));
  }

  /** What is known at once. */
  private DoorAnswer told(Route route) {
    return switch (route.call()) {
      case SERVER -> models.server();
      case LIVE -> models.live();
      case READY -> models.ready();
      case MODEL -> models.metadata(models.find(route));
      case MODEL_READY -> models.ready(models.find(route));
      case DESCRIPTION -> DoorAnswer.text("application/yaml", description);
      case WATCH -> DoorAnswer.text("text/html" + UTF8, page);
      case WATCH_STYLE -> DoorAnswer.text("text/css" + UTF8, style);
      case WATCH_SCRIPT -> DoorAnswer.text("text/javascript" + UTF8, script);
      case FIGURES -> models.watched(figures.snapshot());
      case INFER, INDEX -> throw new IllegalStateException("an answer to a body");
    };
  }

  /** What is asked of a model, as a figure too. */
  private CompletableFuture<DoorAnswer> counted(Supplier<CompletableFuture<DoorAnswer>> work) {
    long since = figures.now();
    CompletableFuture<DoorAnswer> answer;
    try {
      answer = work.get();
    } catch (RuntimeException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    return answer
        .exceptionally(Statuses::answer)
        .thenApply(
            told -> {
              figures.count(told.status(), since);
              return told;
            });
  }

  private CompletableFuture<DoorAnswer> index(Request request) {
    BodyReader reader = new BodyReader(request, limits.withMostBytes(INDEX_BODY_BYTES), memory);
    return reader.read().thenApply(models::index).whenComplete((answer, failure) -> reader.close());
  }

  private CompletableFuture<DoorAnswer> infer(Request request, ServedModel model) {
    if (request.getHeaders().contains(HttpHeader.CONTENT_ENCODING)) {
      throw RefusedRequestException.about(Statuses.UNSUPPORTED_ENCODING, "Body of a request")
          .expected("no Content-Encoding")
          .found("one");
    }
    String client = Request.getRemoteAddr(request);
    places.take(client);
    BodyReader reader = new BodyReader(request, limits, memory);
    return CompletableFuture.completedFuture(reader)
        .thenCompose(BodyReader::read)
        .thenCompose(body -> pass(client, model, body, jsonBytes(request, body)))
        .whenComplete(
            (answer, failure) -> {
              reader.close();
              places.giveBack(client);
            });
  }

  private CompletableFuture<DoorAnswer> pass(
      String client, ServedModel model, byte[] body, int jsonBytes) {
    InferRequest asked = InferRequestReader.read(model, body, jsonBytes);
    @Nullable ByteBuffer key =
        asked.id() == null ? null : RecentAnswers.key(client, model, body, jsonBytes);
    return passes.answer(model, asked, key);
  }

  /** How much of a body is JSON: all of it, unless a header says less. */
  private static int jsonBytes(Request request, byte[] body) {
    HttpField field = request.getHeaders().getField(DoorAnswer.JSON_LENGTH);
    try {
      return field == null ? body.length : Integer.parseInt(field.getValue().strip());
    } catch (NumberFormatException e) {
      throw BadInputException.about("Header " + DoorAnswer.JSON_LENGTH)
          .expected("a number of bytes")
          .found("another text");
    }
  }
}
