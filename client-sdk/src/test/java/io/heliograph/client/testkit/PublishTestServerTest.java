package io.heliograph.client.testkit;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.client.EventPublisher;
import io.heliograph.client.NewEvent;
import io.heliograph.client.Publication;
import io.heliograph.client.PublishException;
import io.heliograph.client.PublishResult;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class PublishTestServerTest {
  private static final NewEvent EVENT = NewEvent.json("order", "{\"n\":[1.50,true,null,\"é\\n\"]}");

  @Test
  void whatWasPublishedComparesWithWhatTheTestKnows() {
    try (var heliograph = PublishTestServer.start();
        var publisher = EventPublisher.create(heliograph.uri())) {
      var accepted = publisher.publish("al ice+é", EVENT);
      publisher.broadcast(NewEvent.text("note", "hi").ttl(ofSeconds(5)));
      publisher.publish("bob", EVENT.asEphemeral());
      publisher.publish("bob", EVENT.idempotencyKey("k"));
      var many = publisher.publish(List.of("a", "b"), EVENT);
      publisher.publishAll(List.of(Publication.toUser("c", EVENT), Publication.toAll(EVENT)));

      assertThat(heliograph.published())
          .containsExactly(
              Publication.toUser("al ice+é", EVENT),
              Publication.toAll(NewEvent.text("note", "hi").ttl(ofSeconds(5))),
              Publication.toUser("bob", EVENT.asEphemeral()),
              Publication.toUser("bob", EVENT.idempotencyKey("k")),
              Publication.toUsers(List.of("a", "b"), EVENT),
              Publication.toUser("c", EVENT),
              Publication.toAll(EVENT));
      assertThat(accepted).isEqualTo(new PublishResult.Accepted("test-1", 1));
      assertThat(many).containsOnlyKeys("a", "b");
    }
  }

  @Test
  void aRefusalIsScripted() {
    try (var heliograph = PublishTestServer.start();
        var publisher = EventPublisher.create(heliograph.uri())) {
      heliograph.refuseNext(403, "urn:x", "no");
      assertThatThrownBy(() -> publisher.publish("a", EVENT))
          .isInstanceOfSatisfying(
              PublishException.class,
              e -> {
                assertThat(e.status()).isEqualTo(403);
                assertThat(e.type()).isEqualTo("urn:x");
              });
      assertThat(heliograph.published()).isEmpty();

      publisher.publish("a", EVENT);
      assertThat(heliograph.published()).hasSize(1);
    }
  }

  @Test
  void anAnswerThatIsLostDoesNotPublishTwice() {
    try (var heliograph = PublishTestServer.start();
        var publisher = EventPublisher.create(heliograph.uri())) {
      heliograph.loseNextAnswer();
      publisher.publish("a", EVENT);

      assertThat(heliograph.published()).containsExactly(Publication.toUser("a", EVENT));
    }
  }

  /** As a backend does that finds the row still in its outbox after it has crashed. */
  @Test
  void underTheCallersKeyNothingIsPublishedTwiceAcrossACrashOfTheCaller() {
    NewEvent event = EVENT.idempotencyKey("outbox-17");
    try (var heliograph = PublishTestServer.start()) {
      for (int run = 0; run < 2; run++) {
        try (var publisher = EventPublisher.create(heliograph.uri())) {
          publisher.publish("a", event);
        }
      }
      assertThat(heliograph.published()).containsExactly(Publication.toUser("a", event));
    }
  }

  @Test
  void aServerThatHangsOrIsDownIsScriptedAndWhatIsQueuedCanBeWaitedFor() throws Exception {
    try (var heliograph = PublishTestServer.start();
        var publisher =
            EventPublisher.builder(heliograph.uri())
                .timeout(Duration.ofMillis(300))
                .retryFor(Duration.ZERO)
                .build()) {
      heliograph.hangNext();
      assertThatThrownBy(() -> publisher.publish("a", EVENT))
          .isInstanceOfSatisfying(
              PublishException.class, e -> assertThat(e.mayHaveHappened()).isTrue());
      heliograph.down();
      assertThatThrownBy(() -> publisher.publish("a", EVENT))
          .isInstanceOfSatisfying(
              PublishException.class, e -> assertThat(e.mayHaveHappened()).isFalse());
      var queued = publisher.publishAsync("a", EVENT);
      heliograph.up();

      assertThat(heliograph.awaitPublished(1)).containsExactly(Publication.toUser("a", EVENT));
      assertThat(queued.join()).isInstanceOf(PublishResult.Accepted.class);
    }
  }
}
