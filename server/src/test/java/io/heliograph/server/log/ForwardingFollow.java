package io.heliograph.server.log;

import io.heliograph.server.event.Position;
import io.heliograph.server.event.StoredEvent;
import java.util.List;
import java.util.function.Predicate;

/** Another hold on a log, of which a subclass changes what its test is about. */
public class ForwardingFollow implements Follow {

  private final Follow follow;

  protected ForwardingFollow(Follow follow) {
    this.follow = follow;
  }

  @Override
  public LogName log() {
    return follow.log();
  }

  @Override
  public Position head() {
    return follow.head();
  }

  @Override
  public Position oldest() {
    return follow.oldest();
  }

  @Override
  public Position before(long nanos) {
    return follow.before(nanos);
  }

  @Override
  public List<StoredEvent> latest(int count, Predicate<StoredEvent> wanted) {
    return follow.latest(count, wanted);
  }

  @Override
  public Replay after(Position position, int maxBytes) {
    return follow.after(position, maxBytes);
  }

  @Override
  public void close() {
    follow.close();
  }
}
