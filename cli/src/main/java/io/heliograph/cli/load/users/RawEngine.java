package io.heliograph.cli.load.users;

import io.heliograph.cli.load.meter.UserMeter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Users as small as can be: a few threads read all their sockets through selectors. They come back
 * as those of the SDK do, after the same delays, so that both engines make the same storm.
 */
public final class RawEngine implements Engine {

  private final Setup setup;
  private final List<RawLoop> loops = new ArrayList<>();
  private volatile String lastFailure = "";

  public RawEngine(Setup setup) throws IOException {
    this.setup = setup;
    // Half of the processors: the lanes need the others, and mostly the server, too.
    for (int i = 0; i < Math.max(1, Runtime.getRuntime().availableProcessors() / 2); i++) {
      loops.add(new RawLoop());
    }
  }

  @Override
  public Link connect(UserMeter user) {
    RawLoop loop = loops.get(user.index() % loops.size());
    var link = new RawUser(this, user, loop);
    loop.run(link::connect);
    return link;
  }

  @Override
  public String lastFailure() {
    return lastFailure;
  }

  @Override
  public void close() throws InterruptedException {
    for (RawLoop loop : loops) {
      loop.stop();
    }
  }

  Setup setup() {
    return setup;
  }

  void failed(String why) {
    lastFailure = why;
  }
}
