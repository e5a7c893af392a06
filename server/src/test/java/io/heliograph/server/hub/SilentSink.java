package io.heliograph.server.hub;

import io.heliograph.server.event.Cursor;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.reactor.Reactor;

/** Takes all that is written to it; a subclass changes what its test is about. */
public class SilentSink implements EventSink {

  @Override
  public void event(StoredEvent event, Cursor after, boolean trace) {}

  @Override
  public void control(Control control, String id) {}

  @Override
  public void comment() {}

  @Override
  public int pending() {
    return 0;
  }

  @Override
  public boolean flush() {
    return true;
  }

  @Override
  public boolean end() {
    return true;
  }

  @Override
  public void abort() {}

  @Override
  public boolean blocks() {
    return true;
  }

  @Override
  public void watch(Reactor reactor, Watcher watcher) {}

  @Override
  public CloseReason awaitLeave() {
    return CloseReason.CLIENT_LEFT;
  }
}
