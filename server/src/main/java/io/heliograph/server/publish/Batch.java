package io.heliograph.server.publish;

import com.fasterxml.jackson.core.JsonGenerator;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.heliograph.server.event.IdempotencyKey;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.UserId;
import io.heliograph.server.gate.Admission;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.request.Json;
import io.heliograph.server.request.Problem;
import io.heliograph.server.request.ProblemException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the items of a request, one after the other. If publishing waits for a disk, many items
 * are in flight at a time.
 */
final class Batch implements AutoCloseable {

  private final Hub hub;
  private final Publishing publishing;
  private final ServerRequest request;
  private final @Nullable IdempotencyKey key;
  private final InFlight.Results results;
  private final String publisher;
  private final BooleanSupplier revoked = Admission.current().lease().revoked();
  private final @Nullable InFlight inFlight; // Null if publishing waits for nothing.
  private int items;

  /**
   * Begins without items.
   *
   * @param key of the request; null for none
   * @param results take the result of each item, in their order, perhaps on another thread
   */
  Batch(
      Hub hub,
      Publishing publishing,
      ServerRequest request,
      @Nullable IdempotencyKey key,
      InFlight.Results results) {
    this.hub = hub;
    this.publishing = publishing;
    this.request = request;
    this.key = key;
    this.results = results;
    this.publisher = publishing.publisher();
    this.inFlight = hub.publishingWaits() ? new InFlight(results) : null;
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

  /**
   * Publishes the next item.
   *
   * @throws IOException if results cannot be passed on any more
   */
  void publish(BatchItem item) throws IOException {
    if (inFlight == null) {
      results.add(published(item));
    } else {
      begin(inFlight, item);
    }
  }

  /**
   * Called before this thread waits for the publisher, who may wait for results.
   *
   * @throws IOException if results cannot be passed on any more
   */
  void passOn() throws IOException {
    if (inFlight == null) {
      results.flush();
    } else {
      inFlight.passOn();
    }
  }

  /**
   * Waits until the results of all items were passed on.
   *
   * @throws IOException if they cannot be
   */
  void settle() throws IOException {
    if (inFlight != null) {
      inFlight.settle();
    }
  }

  /** Waits until readers get what was begun, though the publisher may have gone. */
  @Override
  public void close() {
    if (inFlight != null) {
      inFlight.close();
    }
  }

  private void begin(InFlight flight, BatchItem item) throws IOException {
    int index = items;
    if (item instanceof BatchItem.Refused
        || (item.events() > 0 && publishing.waitFor(request, item.events()).isPositive())) {
      Json.Members result = item instanceof BatchItem.Refused ? published(item) : refusedByRate();
      flight.add(() -> result, 1, 0);
      return;
    }
    items++;
    @Nullable IdempotencyKey ofItem = key == null ? null : key.item(index);
    switch (item) {
      case BatchItem.ToEverybody(var event) ->
          begin(flight, null, Publication.of(event, publisher, ofItem));
      case BatchItem.ToUsers(List<UserId> users, var event) when users.size() == 1 ->
          begin(flight, users.getFirst(), Publication.of(event, publisher, ofItem));
      case BatchItem.ToUsers(List<UserId> users, var event) -> {
        Publication publication = Publication.forMany(event, publisher, ofItem);
        var each = new ArrayList<Hub.Publishing>(users.size());
        users.forEach(user -> each.add(hub.begin(user, publication)));
        flight.add(
            () -> result(users, each.stream().map(Hub.Publishing::await).toList()),
            users.size(),
            publication.block().length);
      }
      case BatchItem.Refused _ -> throw new IllegalStateException("answered above");
    }
  }

  private void begin(InFlight flight, @Nullable UserId user, Publication publication)
      throws IOException {
    Hub.Publishing one = hub.begin(user, publication);
    flight.add(() -> result(one.await()), 1, publication.block().length);
  }

  private Json.Members refusedByRate() {
    items++;
    return result(publishing.overTheRate());
  }

  /** Publishes the next item; returns the members of its result. */
  private Json.Members published(BatchItem item) {
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
        "The Idempotency-Key was used for another event at this item's index, in the log" + where);
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

  /** The members of the result of an event for one user, or for everybody. */
  record Accepted(Hub.Published published) implements Json.Members {
    @Override
    public void write(JsonGenerator json) throws IOException {
      json.writeNumberField("status", Status.ACCEPTED_202.code());
      Publishing.write(json, published);
    }
  }
}
