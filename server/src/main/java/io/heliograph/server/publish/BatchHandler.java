package io.heliograph.server.publish;

import com.fasterxml.jackson.core.JsonGenerator;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.event.IdempotencyKey;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.UserId;
import io.heliograph.server.gate.Admission;
import io.heliograph.server.helidon.RequestDeadlines;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.request.Body;
import io.heliograph.server.request.Json;
import io.heliograph.server.request.Problem;
import io.heliograph.server.request.ProblemException;
import io.heliograph.server.request.Requests;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes many events a request: as a JSON array, which is read whole before the first is published,
 * or as NDJSON, of which each line is published and answered as it comes.
 */
public final class BatchHandler {

  private static final String NDJSON = "application/x-ndjson";
  private static final int ANSWER_BUFFER = 16 * 1024;

  private static final int ITEMS_PER_TURN = 256;

  // Items that wait for the disk together; their events are in memory as long.
  private static final int MOST_BEGUN = 1_000;
  private static final long MOST_BEGUN_BYTES = 1 << 20;

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
      var batch = new Batch(request);
      List<BatchItem> items = reader.items(body);
      response.headers().set(HeaderNames.CONTENT_TYPE, "application/json");
      try (OutputStream out = new BufferedOutputStream(response.outputStream(), ANSWER_BUFFER);
          JsonGenerator json = Json.FACTORY.createGenerator(out)) {
        json.writeStartObject();
        json.writeArrayFieldStart("results");
        Results<Json.Members> results =
            result -> {
              json.writeStartObject();
              result.write(json);
              json.writeEndObject();
            };
        for (BatchItem item : items) {
          batch.publish(item, results);
          giveWay(batch.items);
        }
        batch.settle(results);
        json.writeEndArray();
        json.writeEndObject();
      } catch (IOException e) {
        throw new CloseConnectionException("The publisher has gone.", e);
      } finally {
        batch.abandon();
      }
    }
  }

  private void stream(ServerRequest request, ServerResponse response) {
    try (Body body = publishing.body(request)) {
      var batch = new Batch(request);
      // Before the answer begins, which says whether the connection stays open.
      var lines = new LineReader(body, reader.maxLineBytes(), EventReader.MAX_BODY_BYTES);
      response.headers().set(HeaderNames.CONTENT_TYPE, NDJSON);
      try (var writer = new ResultWriter(response.outputStream(), body.part())) {
        Results<Json.Members> results = result -> writer.add(line(result));
        lines.beforeRead(
            () -> {
              batch.settle(results);
              writer.flush();
            });
        try {
          deadlines.endWhen(request.remotePeer().address(), request.id(), batch::isRevoked);
          lines(batch, lines, results);
          batch.settle(results);
          lines.discard();
          batch.checkNotRevoked(); // On HTTP/2, what was ended looks like the body's end.
        } catch (ProblemException e) {
          batch.settle(results);
          if (writer.isEmpty()) {
            throw e;
          }
          batch.publish(refused(e), results); // After the results of what was kept before.
          batch.settle(results);
        }
        writer.complete();
      } catch (IOException e) {
        // Nobody is there to be answered, and a part of the answer is out.
        throw new CloseConnectionException("The publisher has gone.", e);
      } finally {
        batch.abandon();
      }
    }
  }

  /** Publishes each line; what became of it is written before more of the body is waited for. */
  private void lines(Batch batch, LineReader lines, Results<Json.Members> results)
      throws IOException {
    int items = 0;
    int events = 0;
    while (true) {
      switch (next(lines, batch)) {
        case LineReader.End _ -> {
          return;
        }
        case LineReader.BodyTooLarge _ -> {
          batch.publish(refused(EventReader.batchTooLarge()), results);
          return;
        }
        case LineReader.TooLong _ -> batch.publish(reader.lineTooLong(), results);
        case LineReader.Line(byte[] bytes) -> {
          if (isBlank(bytes)) {
            continue;
          }
          if (items == EventReader.MAX_ITEMS) {
            batch.publish(refused(EventReader.tooManyItems()), results);
            return;
          }
          BatchItem item = reader.line(bytes);
          events += item.events();
          if (events > EventReader.MAX_EVENTS) {
            batch.publish(refused(EventReader.tooManyEvents()), results);
            return;
          }
          batch.publish(item, results);
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

  /** Takes the results of items, in their order. */
  @FunctionalInterface
  private interface Results<T> {
    void add(T result) throws IOException;
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
    if (members instanceof Accepted(Hub.Published published)) {
      return Publishing.line(published); // Most lines: without a generator.
    }
    byte[] object = Json.object(members);
    byte[] line = Arrays.copyOf(object, object.length + 1);
    line[object.length] = '\n';
    return line;
  }

  /** The members of the result of an event for one user, or for everybody. */
  private record Accepted(Hub.Published published) implements Json.Members {
    @Override
    public void write(JsonGenerator json) throws IOException {
      json.writeNumberField("status", Status.ACCEPTED_202.code());
      Publishing.write(json, published);
    }
  }

  /**
   * Publishes one item after the other. If publishing waits for a disk, it begins many before it
   * awaits the first.
   */
  private final class Batch {
    private final ServerRequest request;
    private final String publisher = publishing.publisher();
    private final @Nullable IdempotencyKey key;
    private final BooleanSupplier revoked = Admission.current().lease().revoked();
    private final boolean waits = hub.publishingWaits();
    private final ArrayDeque<Begun> begun = new ArrayDeque<>();
    private long begunBytes;
    private int items;

    Batch(ServerRequest request) {
      this.request = request;
      this.key = publishing.key(request);
    }

    boolean isRevoked() {
      return revoked.getAsBoolean();
    }

    void checkNotRevoked() {
      if (isRevoked()) {
        Thread.interrupted(); // It has woken this thread; the answer must be written all the same.
        throw Problem.TOKEN_REVOKED.because(
            "The token was revoked while the batch was read. Get a new one from its issuer.");
      }
    }

    /** Publishes the next item; passes on results that are known. */
    void publish(BatchItem item, Results<Json.Members> results) throws IOException {
      if (!waits) {
        results.add(publish(item));
        return;
      }
      begun.add(begin(item));
      if (begun.size() == MOST_BEGUN || begunBytes >= MOST_BEGUN_BYTES) {
        settle(results);
      }
    }

    /** Waits until the results of all items are known. */
    void settle(Results<Json.Members> results) throws IOException {
      for (Begun next = begun.poll(); next != null; next = begun.poll()) {
        results.add(next.await());
      }
      begunBytes = 0;
    }

    /** Readers get what was begun, though the publisher has gone. */
    void abandon() {
      for (Begun next = begun.poll(); next != null; next = begun.poll()) {
        next.await();
      }
    }

    private Begun begin(BatchItem item) {
      int index = items;
      if (item instanceof BatchItem.Refused
          || (item.events() > 0 && publishing.waitFor(request, item.events()).isPositive())) {
        Json.Members result = item instanceof BatchItem.Refused ? publish(item) : refusedByRate();
        return () -> result;
      }
      items++;
      @Nullable IdempotencyKey ofItem = key == null ? null : key.item(index);
      return switch (item) {
        case BatchItem.ToEverybody(var event) ->
            begun(null, Publication.of(event, publisher, ofItem));
        case BatchItem.ToUsers(List<UserId> users, var event) when users.size() == 1 ->
            begun(users.getFirst(), Publication.of(event, publisher, ofItem));
        case BatchItem.ToUsers(List<UserId> users, var event) -> {
          Publication publication = Publication.forMany(event, publisher, ofItem);
          var each = new ArrayList<Hub.Publishing>(users.size());
          users.forEach(user -> each.add(hub.begin(user, publication)));
          begunBytes += publication.block().length;
          yield () -> result(users, each.stream().map(Hub.Publishing::await).toList());
        }
        case BatchItem.Refused _ -> throw new IllegalStateException("answered above");
      };
    }

    private Begun begun(@Nullable UserId user, Publication publication) {
      begunBytes += publication.block().length;
      Hub.Publishing one = hub.begin(user, publication);
      return () -> result(one.await());
    }

    private Json.Members refusedByRate() {
      items++;
      return result(publishing.overTheRate());
    }

    /** Publishes the next item; answers the members of its result. */
    private Json.Members publish(BatchItem item) {
      int index = items++;
      if (item.events() > 0 && publishing.waitFor(request, item.events()).isPositive()) {
        return result(publishing.overTheRate());
      }
      @Nullable IdempotencyKey ofItem = key == null ? null : key.item(index);
      return switch (item) {
        case BatchItem.ToEverybody(var event) ->
            result(hub.broadcast(Publication.of(event, publisher, ofItem)));
        case BatchItem.ToUsers(List<UserId> users, var event) when users.size() == 1 ->
            result(hub.publish(users.getFirst(), Publication.of(event, publisher, ofItem)));
        case BatchItem.ToUsers(List<UserId> users, var event) ->
            result(users, Publication.forMany(event, publisher, ofItem));
        case BatchItem.Refused(Problem problem, String detail) -> result(problem.because(detail));
      };
    }

    private Json.Members result(Hub.Outcome outcome) {
      return switch (outcome) {
        case Hub.Published published -> {
          publishing.giveBack(request, published.repeated() ? 1 : 0);
          yield new Accepted(published);
        }
        case Hub.KeyReused _ -> result(keyReused("."));
        case Hub.Unavailable(String reason) -> result(Problem.LOG_UNAVAILABLE.because(reason));
      };
    }

    private Json.Members result(List<UserId> users, Publication publication) {
      var outcomes = new ArrayList<Hub.Outcome>(users.size());
      for (UserId user : users) {
        Hub.Outcome outcome = hub.publish(user, publication);
        outcomes.add(outcome);
        if (!(outcome instanceof Hub.Published)) {
          break; // The item ends.
        }
      }
      return result(users, outcomes);
    }

    private Json.Members result(List<UserId> users, List<Hub.Outcome> outcomes) {
      var published = new ArrayList<Hub.Published>(users.size());
      int repeated = 0;
      for (Hub.Outcome outcome : outcomes) {
        switch (outcome) {
          case Hub.Published stored -> {
            published.add(stored);
            repeated += stored.repeated() ? 1 : 0;
          }
          case Hub.KeyReused _ -> {
            UserId user = users.get(published.size());
            // A log that waits for a disk has the item for the users behind this one, too.
            boolean ends = outcomes.size() == published.size() + 1;
            return result(
                keyReused(
                    " of the user '"
                        + user
                        + (ends
                            ? "', where the item ends."
                            : "'. Later users of the item may have received it.")));
          }
          case Hub.Unavailable(String reason) -> {
            return result(Problem.LOG_UNAVAILABLE.because(reason));
          }
        }
      }
      publishing.giveBack(request, repeated);
      return accepted(
          json -> {
            json.writeObjectFieldStart("users");
            for (int i = 0; i < users.size(); i++) {
              json.writeObjectFieldStart(users.get(i).value());
              Publishing.write(json, published.get(i));
              json.writeEndObject();
            }
            json.writeEndObject();
          });
    }

    private static ProblemException keyReused(String where) {
      return Problem.KEY_REUSED.because(
          "The Idempotency-Key was used for another event at this item's index, in the log"
              + where);
    }

    private static Json.Members accepted(Json.Members members) {
      return json -> {
        json.writeNumberField("status", Status.ACCEPTED_202.code());
        members.write(json);
      };
    }

    private static Json.Members result(ProblemException refusal) {
      return json -> {
        json.writeNumberField("status", refusal.problem().status());
        json.writeStringField("type", refusal.problem().type());
        json.writeStringField("detail", String.valueOf(refusal.getMessage()));
      };
    }
  }

  /** An item that is being published. */
  @FunctionalInterface
  private interface Begun {
    Json.Members await();
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
