package io.heliograph.cli.load.users;

import io.heliograph.cli.load.meter.Meter;
import io.heliograph.cli.load.meter.UserMeter;
import io.heliograph.cli.load.plan.Target;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Users as small as can be: a few threads read all their sockets through selectors. They come back
 * as those of the SDK do, after the same delays, so that both engines make the same storm.
 */
public final class RawEngine implements Engine {

  private final Target target;
  private final Meter meter;
  private final List<InetAddress> sources;
  private final int slowBytesPerSecond;
  private final List<RawLoop> loops = new ArrayList<>();
  private volatile String lastFailure = "";

  public RawEngine(Target target, Meter meter, List<InetAddress> sources, int slowBytesPerSecond)
      throws IOException {
    this.target = target;
    this.meter = meter;
    this.sources = sources;
    this.slowBytesPerSecond = slowBytesPerSecond;
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

  Target target() {
    return target;
  }

  Meter meter() {
    return meter;
  }

  List<InetAddress> sources() {
    return sources;
  }

  int slowBytesPerSecond() {
    return slowBytesPerSecond;
  }

  void failed(String why) {
    lastFailure = why;
  }
}
