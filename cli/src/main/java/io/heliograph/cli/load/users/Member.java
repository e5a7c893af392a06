package io.heliograph.cli.load.users;

import io.heliograph.cli.load.meter.UserMeter;
import java.util.concurrent.atomic.AtomicBoolean;

/** One user of a run: its meter and its connection. Thread-safe. */
public final class Member {
  private final UserMeter meter;
  // Away by its own will, or on its way out or in: whoever sets it may touch the link.
  private final AtomicBoolean away = new AtomicBoolean();
  private volatile Engine.Link link;

  public Member(UserMeter meter, Engine.Link link) {
    this.meter = meter;
    this.link = link;
  }

  public UserMeter meter() {
    return meter;
  }

  Engine.Link link() {
    return link;
  }

  void link(Engine.Link next) {
    link = next;
  }

  /** Takes the user for leaving; false if it is away already. */
  boolean goAway() {
    return meter.ready() && away.compareAndSet(false, true);
  }

  void comeBack() {
    away.set(false);
  }

  public boolean ready() {
    return meter.ready() && !away.get();
  }

  boolean caughtUpOrAway() {
    return meter.caughtUp() || away.get();
  }
}
