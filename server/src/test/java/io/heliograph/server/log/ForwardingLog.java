package io.heliograph.server.log;

import io.heliograph.server.event.Publication;
import io.heliograph.server.event.UserId;

/** Another log, of which a subclass changes what its test is about. */
public class ForwardingLog implements EventLog {

  private final EventLog log;

  protected ForwardingLog(EventLog log) {
    this.log = log;
  }

  @Override
  public Appended append(LogName name, Publication publication) {
    return log.append(name, publication);
  }

  @Override
  public Follow follow(LogName name) {
    return log.follow(name);
  }

  @Override
  public void forget(UserId user) {
    log.forget(user);
  }

  @Override
  public Usage usage() {
    return log.usage();
  }

  @Override
  public void close() {
    log.close();
  }
}
