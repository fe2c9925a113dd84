/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.kafka.consumer;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.apache.kafka.clients.ClientRequest;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.KafkaClient;
import org.apache.kafka.clients.RequestCompletionHandler;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.FetchResponse;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka client whose fetches hold no compressed batches. Everything else is the client's own. The
 * batches go before the consumer is told of the response, in whatever thread that is.
 */
final class PlainFetches implements InvocationHandler {
  private static final String SEND = "send";

  private final KafkaClient client;

  private PlainFetches(KafkaClient client) {
    this.client = client;
  }

  static KafkaClient over(KafkaClient client) {
    return (KafkaClient)
        Proxy.newProxyInstance(
            KafkaClient.class.getClassLoader(),
            new Class<?>[] {KafkaClient.class},
            new PlainFetches(client));
  }

  /** Whether a client is one of these. */
  static boolean isOver(KafkaClient client) {
    return Proxy.isProxyClass(client.getClass())
        && Proxy.getInvocationHandler(client) instanceof PlainFetches;
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    if (arguments != null && method.getName().equals(SEND)) {
      client.send(plain((ClientRequest) arguments[0]), (long) arguments[1]);
      return null;
    }
    try {
      return method.invoke(client, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static ClientRequest plain(ClientRequest request) {
    if (request.apiKey() != ApiKeys.FETCH) {
      return request;
    }
    RequestCompletionHandler then = request.callback();
    return new ClientRequest(
        request.destination(),
        request.requestBuilder(),
        request.correlationId(),
        clientId(request),
        request.createdTimeMs(),
        request.expectResponse(),
        request.requestTimeoutMs(),
        response -> {
          keepPlain(response);
          then.onComplete(response);
        });
  }

  private static void keepPlain(ClientResponse response) {
    if (response.responseBody() instanceof FetchResponse fetched) {
      PlainRecords.keep(fetched.data());
    }
  }

  /** The request's own, which only its header tells. */
  private static String clientId(ClientRequest request) {
    return request.makeHeader(request.requestBuilder().latestAllowedVersion()).clientId();
  }
}
