package io.heliograph.server.request;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Reads and writes JSON as a stream. */
public final class Json {

  private static final int MAX_DEPTH = 100;

  /** Reads with limits. A duplicate name in an object is an error. */
  public static final JsonFactory FACTORY = factory(StreamReadConstraints.DEFAULT_MAX_STRING_LEN);

  private Json() {}

  /**
   * Like {@link #FACTORY}, with another limit.
   *
   * @param maxTextLength the longest text, in characters
   */
  public static JsonFactory factory(int maxTextLength) {
    return JsonFactory.builder()
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(MAX_DEPTH)
                .maxStringLength(maxTextLength)
                .build())
        .build();
  }

  /** Writes the members of an object. */
  @FunctionalInterface
  public interface Members {
    void write(JsonGenerator json) throws IOException;
  }

  /** Writes an object as UTF-8. */
  public static byte[] object(Members members) {
    var bytes = new ByteArrayOutputStream(128);
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      json.writeStartObject();
      members.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  /** Sends an object as the response. */
  public static void send(ServerResponse response, Members members) {
    response.headers().set(HeaderNames.CONTENT_TYPE, "application/json");
    HeadRequest.send(response, object(members));
  }
}
