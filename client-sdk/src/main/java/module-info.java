/** The Heliograph client: {@link io.heliograph.client.SseClient}. */
module io.heliograph.client {
  // For the type of SseClient.Builder.okHttp; it brings okio and the Kotlin library along.
  requires transitive okhttp3;
  requires okhttp3.sse;
  requires java.logging;
  requires static org.jspecify;
  // For io.heliograph.client.jackson only, and only where the program has it. Not transitive: a
  // program without it would not compile.
  requires static com.fasterxml.jackson.databind;
  requires static tools.jackson.databind;

  // And for io.heliograph.client.micrometer.
  requires static micrometer.core;

  exports io.heliograph.client;
  exports io.heliograph.client.jackson;
  exports io.heliograph.client.micrometer;
  exports io.heliograph.client.testkit;
}
