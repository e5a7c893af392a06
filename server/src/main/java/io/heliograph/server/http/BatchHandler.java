package io.heliograph.server.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.Hub;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Takes many events a request: as a JSON array, which is read whole before the first is published,
 * or as NDJSON, of which each line is published and answered as it comes.
 */
final class BatchHandler {

  private static final String NDJSON = "application/x-ndjson";

  private final Hub hub;
  private final EventReader reader;
  private final PublishHandler publish;

  BatchHandler(Hub hub, EventReader reader, PublishHandler publish) {
    this.hub = hub;
    this.reader = reader;
    this.publish = publish;
  }

  void publish(ServerRequest request, ServerResponse response) {
    String mediaType = EventReader.mediaType(request);
    switch (mediaType) {
      case "application/json" -> {
        PublishBody body = EventReader.batchBody(request);
        publish.once(request, response, body, () -> array(request, body.bytes()));
      }
      case NDJSON -> {
        if (PublishHandler.key(request).isPresent()) {
          // Whether it is the same body can only be said at its end: taken in whole, then answered.
          PublishBody body = EventReader.batchBody(request);
          publish.once(request, response, body, () -> wholeLines(request, body.bytes()));
        } else {
          stream(request, response);
        }
      }
      default -> throw EventReader.unsupported(mediaType, "application/json or " + NDJSON);
    }
  }

  private Answer array(ServerRequest request, byte[] body) {
    List<BatchItem> items = reader.items(body);
    return Answer.json(
        Status.OK_200,
        json -> {
          json.writeArrayFieldStart("results");
          for (BatchItem item : items) {
            json.writeStartObject();
            result(request, item).write(json);
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  private Answer wholeLines(ServerRequest request, byte[] body) {
    var results = new ByteArrayOutputStream();
    try {
      lines(request, new ByteArrayInputStream(body), results::writeBytes);
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory does not fail", e);
    }
    return new Answer(Status.OK_200, NDJSON, results.toByteArray());
  }

  private void stream(ServerRequest request, ServerResponse response) {
    response.headers().set(HeaderNames.CONTENT_TYPE, NDJSON);
    InputStream in =
        request.content().hasEntity()
            ? request.content().inputStream()
            : InputStream.nullInputStream();
    try (var results = new ResultWriter(response.outputStream())) {
      lines(request, in, results::add);
      results.complete();
    } catch (IOException e) {
      // Nobody is there to be answered, and a part of the answer is out.
      throw new CloseConnectionException("The publisher has gone.", e);
    }
  }

  /** Publishes each line, and tells what became of it before the next is waited for. */
  private void lines(ServerRequest request, InputStream in, Consumer<byte[]> results)
      throws IOException {
    var lines = new LineReader(in, reader.maxLineBytes(), EventReader.MAX_BODY_BYTES);
    int items = 0;
    while (true) {
      switch (lines.next()) {
        case LineReader.End _ -> {
          return;
        }
        case LineReader.BodyTooLarge _ -> {
          results.accept(line(request, refused(EventReader.batchTooLarge())));
          return;
        }
        case LineReader.TooLong _ -> results.accept(line(request, reader.lineTooLong()));
        case LineReader.Line(byte[] bytes) -> {
          if (isBlank(bytes)) {
            continue;
          }
          if (items == EventReader.MAX_ITEMS) {
            results.accept(line(request, refused(EventReader.tooManyItems())));
            return;
          }
          results.accept(line(request, reader.line(bytes)));
        }
      }
      items++;
    }
  }

  private byte[] line(ServerRequest request, BatchItem item) {
    byte[] object = Json.object(result(request, item));
    byte[] line = Arrays.copyOf(object, object.length + 1);
    line[object.length] = '\n';
    return line;
  }

  /** Publishes the item; answers the members of its result. */
  private Json.Members result(ServerRequest request, BatchItem item) {
    int events = item instanceof BatchItem.ToUsers toUsers ? toUsers.users().size() : 1;
    if (!(item instanceof BatchItem.Refused) && publish.waitFor(request, events).isPositive()) {
      return result(request, refused(PublishHandler.overTheRate()));
    }
    return switch (item) {
      case BatchItem.ToEverybody(var event) -> {
        Hub.Published published = hub.broadcast(event);
        yield json -> {
          json.writeNumberField("status", Status.ACCEPTED_202.code());
          PublishHandler.write(json, published);
        };
      }
      case BatchItem.ToUsers(List<UserId> users, var event) when users.size() == 1 -> {
        Hub.Published published = hub.publish(users.getFirst(), event);
        yield json -> {
          json.writeNumberField("status", Status.ACCEPTED_202.code());
          PublishHandler.write(json, published);
        };
      }
      case BatchItem.ToUsers(List<UserId> users, var event) ->
          json -> {
            json.writeNumberField("status", Status.ACCEPTED_202.code());
            json.writeObjectFieldStart("users");
            for (UserId user : users) {
              json.writeObjectFieldStart(user.value());
              PublishHandler.write(json, hub.publish(user, event));
              json.writeEndObject();
            }
            json.writeEndObject();
          };
      case BatchItem.Refused(Problem problem, String detail) ->
          json -> {
            json.writeNumberField("status", problem.status());
            json.writeStringField("type", problem.type());
            json.writeStringField("detail", detail);
          };
    };
  }

  private static BatchItem refused(ProblemException problem) {
    return new BatchItem.Refused(problem.problem(), String.valueOf(problem.getMessage()));
  }

  private static boolean isBlank(byte[] line) {
    for (byte b : line) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }
}
