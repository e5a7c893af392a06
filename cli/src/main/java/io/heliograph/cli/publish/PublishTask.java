package io.heliograph.cli.publish;

import io.heliograph.cli.access.Access;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.client.EventPublisher;
import io.heliograph.client.NewEvent;
import io.heliograph.client.PublishException;
import io.heliograph.client.PublishResult;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sends one event, in one request, and tells what became of it. */
final class PublishTask {
  private final URI server;
  private final Access access;
  private final Answers answers;

  PublishTask(URI server, Access access, Answers answers) {
    this.server = server;
    this.access = access;
    this.answers = answers;
  }

  /** Sends it to at most 1,000 users, or to everybody; without a key the SDK makes one. */
  ExitCode run(List<String> users, NewEvent unkeyed, @Nullable String key) {
    NewEvent event = key == null ? unkeyed : unkeyed.idempotencyKey(key);
    try (EventPublisher publisher = access.quickPublisher(server)) {
      long sentNanos = System.nanoTime();
      if (users.size() > 1) {
        Map<String, PublishResult.Accepted> accepted = publisher.publish(users, event);
        long ackNanos = System.nanoTime() - sentNanos;
        int width = users.stream().mapToInt(String::length).max().orElse(0);
        accepted.forEach((user, one) -> answers.acceptedFor(user, width, one, ackNanos));
      } else {
        String user = users.isEmpty() ? null : users.getFirst();
        PublishResult.Accepted accepted =
            user == null ? publisher.broadcast(event) : publisher.publish(user, event);
        answers.accepted(null, "", user, accepted, System.nanoTime() - sentNanos);
      }
      return ExitCode.OK;
    } catch (PublishException e) {
      return answers.failed(e, "", access.network().proxyHint(server));
    }
  }
}
