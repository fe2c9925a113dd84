/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.gateway.http;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lepcnn.core.text.Printable;
import org.lepcnn.gateway.protocol.RefusedRequestException;
import org.lepcnn.gateway.protocol.Statuses;

/**
 * What a request asks for.
 *
 * @param call which of the protocol's calls
 * @param model the model's name; empty where the call names none
 * @param version the model's version; empty for whichever there is
 */
record Route(Call call, String model, String version) {
  private static final String MODEL = "{model}";
  private static final String VERSION = "{version}";

  /** The calls. */
  enum Call {
    SERVER("GET", "/v2"),
    LIVE("GET", "/v2/health/live"),
    READY("GET", "/v2/health/ready"),
    MODEL("GET", "/v2/models/{model}", "/v2/models/{model}/versions/{version}"),
    MODEL_READY("GET", "/v2/models/{model}/ready", "/v2/models/{model}/versions/{version}/ready"),
    INFER("POST", "/v2/models/{model}/infer", "/v2/models/{model}/versions/{version}/infer"),
    INDEX("POST", "/v2/repository/index"),
    DESCRIPTION("GET", "/openapi.yaml"),
    WATCH("GET", "/watch"),
    WATCH_STYLE("GET", "/watch/watch.css"),
    WATCH_SCRIPT("GET", "/watch/watch.js"),
    FIGURES("GET", "/watch/figures");

    private final String method;
    private final List<String> templates;

    Call(String method, String... templates) {
      this.method = method;
      this.templates = List.of(templates);
    }

    String method() {
      return method;
    }

    /** Whether a request of this method is one; HEAD is GET without a body. */
    boolean allows(String sent) {
      return method.equals(sent) || (method.equals("GET") && sent.equals("HEAD"));
    }

    /** Its paths, with names in braces. */
    List<String> templates() {
      return templates;
    }

    /**
     * Whether it tells no more than that the gateway is there and ready, or what every gateway has.
     */
    boolean isOpen() {
      return switch (this) {
        case LIVE, READY, WATCH, WATCH_STYLE, WATCH_SCRIPT -> true;
        default -> false;
      };
    }
  }

  /**
   * The route of a request.
   *
   * @param path decoded
   * @throws RefusedRequestException there is none
   */
  static Route of(String path) {
    for (Call call : Call.values()) {
      for (String template : call.templates()) {
        Route route = match(call, segments(template), segments(path));
        if (route != null) {
          return route;
        }
      }
    }
    throw RefusedRequestException.about(Statuses.NOT_FOUND, "Request")
        .expected("a path of the Open Inference Protocol, version 2")
        .found("'" + Printable.name(path) + "'", "/openapi.yaml describes them.");
  }

  private static @Nullable Route match(Call call, List<String> template, List<String> path) {
    if (template.size() != path.size()) {
      return null;
    }
    String model = "";
    String version = "";
    for (int i = 0; i < template.size(); i++) {
      if (template.get(i).equals(MODEL)) {
        model = path.get(i);
      } else if (template.get(i).equals(VERSION)) {
        version = path.get(i);
      } else if (!template.get(i).equals(path.get(i))) {
        return null;
      }
    }
    return new Route(call, model, version);
  }

  /** Parts between slashes; one slash at the end is none. */
  private static List<String> segments(String path) {
    List<String> parts = new ArrayList<>(List.of(path.split("/", -1)));
    if (parts.size() > 2 && parts.get(parts.size() - 1).isEmpty()) {
      parts.remove(parts.size() - 1);
    }
    return parts;
  }
}
