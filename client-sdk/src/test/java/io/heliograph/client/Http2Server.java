package io.heliograph.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockResponseBody;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Protocol;
import okio.BufferedSink;

/** Answers over HTTP/2 without TLS, which the test kit's own server does not speak. */
final class Http2Server implements AutoCloseable {
  static final List<Protocol> PROTOCOL = List.of(Protocol.H2_PRIOR_KNOWLEDGE);

  @FunctionalInterface
  interface Script {
    /** What to answer; called on a thread of the connection. */
    MockResponse.Builder answer(RecordedRequest request);
  }

  @FunctionalInterface
  interface Body {
    /** Writes and flushes; each flush is at least one DATA frame. */
    void writeTo(BufferedSink sink) throws IOException, InterruptedException;
  }

  private final MockWebServer server = new MockWebServer();
  private final List<RecordedRequest> requests = new CopyOnWriteArrayList<>();
  private final CountDownLatch closing = new CountDownLatch(1);

  private Http2Server(Script script) {
    server.setProtocols(PROTOCOL);
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            requests.add(request);
            return script.answer(request).build();
          }
        });
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Http2Server start(Script script) {
    return new Http2Server(script);
  }

  /** A 200 of a body of unknown length. */
  static MockResponse.Builder stream(String contentType, Body body) {
    var response = new MockResponse.Builder().code(200);
    response.body(
        new MockResponseBody() {
          @Override
          public long getContentLength() {
            return -1;
          }

          @Override
          public void writeTo(BufferedSink sink) throws IOException {
            try {
              body.writeTo(sink);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
        });
    response.clearHeaders();
    if (!contentType.isEmpty()) {
      response.setHeader("content-type", contentType);
    }
    return response;
  }

  /** For a body: says nothing until the server closes. */
  void silence() throws InterruptedException {
    closing.await();
  }

  URI uri() {
    return server.url("/").uri();
  }

  List<RecordedRequest> requests() {
    return requests;
  }

  @Override
  public void close() {
    closing.countDown();
    server.close();
  }
}
