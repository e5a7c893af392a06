package io.heliograph.server.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.heliograph.server.Http2Peer;
import io.heliograph.server.RawAnswer;
import io.heliograph.server.TestServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * An answer as it was sent, over either protocol: no client in between adds or hides a header.
 *
 * @param headers names in lower case
 * @param body empty for a stream, of which only the head is read
 */
record WireAnswer(int status, Map<String, String> headers, String body) {

  private static final int PATIENCE_MILLIS = 10_000;

  static List<WireAnswer> overBoth(TestServer server, String method, String path, String... headers)
      throws Exception {
    return List.of(
        overHttp1(server, method, path, headers), overHttp2(server, method, path, headers));
  }

  static WireAnswer overHttp1(TestServer server, String method, String path, String... headers)
      throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      var request = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
      for (String header : headers) {
        request.append(header).append("\r\n");
      }
      if (!method.equals("GET") && !method.equals("HEAD")) {
        request.append("Content-Length: 0\r\n");
      }
      socket.getOutputStream().write(request.append("\r\n").toString().getBytes(ISO_8859_1));
      String head = head(socket.getInputStream());
      boolean stream = head.toLowerCase(Locale.ROOT).contains("transfer-encoding: chunked\r\n");
      InputStream body = socket.getInputStream();
      var whole =
          new SequenceInputStream(new ByteArrayInputStream(head.getBytes(ISO_8859_1)), body);
      RawAnswer answer =
          RawAnswer.read(whole, stream || method.equals("HEAD"))
              .orElseThrow(() -> new AssertionError("closed without an answer"));
      if (!stream && answer.headers().getOrDefault("connection", "").contains("close")) {
        // Nothing may follow, above all no body of a HEAD.
        byte[] more = body.readAllBytes();
        if (more.length > 0) {
          throw new AssertionError("after the answer: " + new String(more, ISO_8859_1));
        }
      }
      return new WireAnswer(answer.status(), answer.headers(), answer.body());
    }
  }

  private static String head(InputStream in) throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int b = in.read();
      if (b < 0) {
        throw new AssertionError("closed after: " + head);
      }
      head.append((char) b);
    }
    return head.toString();
  }

  static WireAnswer overHttp2(TestServer server, String method, String path, String... headers)
      throws IOException, InterruptedException {
    try (var peer = Http2Peer.connect(server.port())) {
      String[] lower =
          Arrays.stream(headers)
              .map(
                  header ->
                      header.substring(0, header.indexOf(':')).toLowerCase(Locale.ROOT)
                          + header.substring(header.indexOf(':')))
              .toArray(String[]::new);
      int stream = peer.request(method, path, Http2Peer.END_STREAM, lower);
      Http2Peer.Frame frame = peer.next(stream);
      var answer = new TreeMap<>(frame.headers());
      int status = frame.status();
      boolean endless =
          method.equals("GET")
              && status == 200
              && answer.getOrDefault("content-type", "").equals("text/event-stream")
              && !answer.containsKey("content-length");
      var body = new StringBuilder();
      while (!endless && !frame.has(Http2Peer.END_STREAM)) {
        frame = peer.next(stream);
        body.append(new String(frame.payload(), ISO_8859_1));
      }
      return new WireAnswer(status, answer, body.toString());
    }
  }
}
