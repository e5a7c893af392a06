package io.heliograph.server.publish;

import com.fasterxml.jackson.core.JsonGenerator;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.event.IdempotencyKey;
import io.heliograph.server.event.TraceParent;
import io.heliograph.server.helidon.RequestDeadlines;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.request.Body;
import io.heliograph.server.request.Json;
import io.heliograph.server.request.ProblemException;
import io.heliograph.server.request.Requests;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes many events a request: as a JSON array, which is read whole before the first is published,
 * or as NDJSON, of which each line is published and answered as it comes.
 */
public final class BatchHandler {

  private static final String NDJSON = "application/x-ndjson";
  private static final int ANSWER_BUFFER = 16 * 1024;

  private static final int ITEMS_PER_TURN = 256;

  private final Hub hub;
  private final Publishing publishing;
  private final EventReader reader;
  private final RequestDeadlines deadlines;

  public BatchHandler(
      Hub hub, Publishing publishing, EventReader reader, RequestDeadlines deadlines) {
    this.hub = hub;
    this.publishing = publishing;
    this.reader = reader;
    this.deadlines = deadlines;
  }

  public void publish(ServerRequest request, ServerResponse response) {
    String mediaType = Requests.mediaType(request);
    switch (mediaType) {
      case "application/json" -> array(request, response);
      case NDJSON -> stream(request, response);
      default -> throw Requests.unsupported(mediaType, "application/json or " + NDJSON);
    }
  }

  private void array(ServerRequest request, ServerResponse response) {
    try (Body body = publishing.body(request)) {
      @Nullable IdempotencyKey key = publishing.key(request);
      List<BatchItem> items = reader.items(body, Requests.trace(request));
      response.headers().set(HeaderNames.CONTENT_TYPE, "application/json");
      try (OutputStream out = new BufferedOutputStream(response.outputStream(), ANSWER_BUFFER);
          JsonGenerator json = Json.FACTORY.createGenerator(out);
          var batch = new Batch(hub, publishing, request, key, new ArrayResults(json))) {
        json.writeStartObject();
        json.writeArrayFieldStart("results");
        int published = 0;
        for (BatchItem item : items) {
          batch.publish(item);
          giveWay(++published);
        }
        batch.settle();
        json.writeEndArray();
        json.writeEndObject();
      } catch (IOException e) {
        throw new CloseConnectionException("The publisher has gone.", e);
      }
    }
  }

  private record ArrayResults(JsonGenerator json) implements InFlight.Results {
    @Override
    public void add(Json.Members result) throws IOException {
      json.writeStartObject();
      result.write(json);
      json.writeEndObject();
    }

    @Override
    public void flush() {} // The sender of an array waits for no single result.
  }

  private void stream(ServerRequest request, ServerResponse response) {
    try (Body body = publishing.body(request)) {
      @Nullable IdempotencyKey key = publishing.key(request);
      // Before the answer begins, which says whether the connection stays open.
      var lines = new LineReader(body, reader.maxLineBytes(), EventReader.MAX_BODY_BYTES);
      response.headers().set(HeaderNames.CONTENT_TYPE, NDJSON);
      try (var writer = new ResultWriter(response, body.part());
          var batch = new Batch(hub, publishing, request, key, new LineResults(writer))) {
        lines.beforeRead(batch::passOn);
        try {
          deadlines.endWhen(request.remotePeer().address(), request.id(), batch::isRevoked);
          lines(batch, lines, Requests.trace(request));
          batch.settle();
          lines.discard();
          batch.checkNotRevoked(); // On HTTP/2, what was ended looks like the body's end.
        } catch (ProblemException e) {
          batch.settle();
          if (writer.isEmpty()) {
            throw e;
          }
          batch.publish(refused(e)); // After the results of what was kept before.
          batch.settle();
        }
        writer.complete();
      } catch (IOException e) {
        // Nobody is there to be answered, and a part of the answer is out.
        throw new CloseConnectionException("The publisher has gone.", e);
      }
    }
  }

  private record LineResults(ResultWriter writer) implements InFlight.Results {
    @Override
    public void add(Json.Members result) throws IOException {
      writer.add(line(result));
    }

    @Override
    public void flush() throws IOException {
      writer.flush();
    }
  }

  /** Publishes each line; its result is written though more of the body is waited for. */
  private void lines(Batch batch, LineReader lines, Optional<TraceParent> trace)
      throws IOException {
    int items = 0;
    int events = 0;
    while (true) {
      switch (next(lines, batch)) {
        case LineReader.End _ -> {
          return;
        }
        case LineReader.BodyTooLarge _ -> {
          batch.publish(refused(EventReader.batchTooLarge()));
          return;
        }
        case LineReader.TooLong _ -> batch.publish(reader.lineTooLong());
        case LineReader.Line(byte[] bytes) -> {
          if (isBlank(bytes)) {
            continue;
          }
          if (items == EventReader.MAX_ITEMS) {
            batch.publish(refused(EventReader.tooManyItems()));
            return;
          }
          BatchItem item = reader.line(bytes, trace);
          events += item.events();
          if (events > EventReader.MAX_EVENTS) {
            batch.publish(refused(EventReader.tooManyEvents()));
            return;
          }
          batch.publish(item);
        }
      }
      items++;
      giveWay(items);
    }
  }

  /**
   * Lets other requests have their turn, after about a millisecond of work: a virtual thread is not
   * preempted, and a small machine has one carrier for all (decision 0153).
   */
  @SuppressWarnings("ThreadPriorityCheck") // Nothing but latency depends on it.
  static void giveWay(int items) {
    if (items % ITEMS_PER_TURN == 0) {
      Thread.yield();
    }
  }

  private static LineReader.Next next(LineReader lines, Batch batch) throws IOException {
    try {
      LineReader.Next next = lines.next();
      batch.checkNotRevoked();
      return next;
    } catch (IOException e) {
      batch.checkNotRevoked(); // Then it is this server that ended the reading.
      throw e;
    }
  }

  /** A result with its line break. */
  private static byte[] line(Json.Members members) {
    if (members instanceof Batch.Accepted(Hub.Published published)) {
      return Publishing.line(published); // Most lines: without a generator.
    }
    byte[] object = Json.object(members);
    byte[] line = Arrays.copyOf(object, object.length + 1);
    line[object.length] = '\n';
    return line;
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
