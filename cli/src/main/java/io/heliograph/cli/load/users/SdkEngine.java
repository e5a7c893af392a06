package io.heliograph.cli.load.users;

import io.heliograph.cli.load.meter.Cohort;
import io.heliograph.cli.load.meter.UserMeter;
import io.heliograph.cli.option.Header;
import io.heliograph.client.Event;
import io.heliograph.client.Signal;
import io.heliograph.client.SseClient;
import io.heliograph.client.SseListener;
import io.heliograph.client.StreamSpec;
import io.heliograph.client.Subscription;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.SocketFactory;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Handshake;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import org.jspecify.annotations.Nullable;

/** Users as applications are: each follows its stream by the client SDK, on a virtual thread. */
public final class SdkEngine implements Engine {
  private static final Duration LAST_CALLBACK = Duration.ofSeconds(5);
  private static final int SLOW_RECEIVE_BUFFER = 4096;

  // The user whose socket is being made, on the thread that makes it.
  private static final ThreadLocal<@Nullable UserLink> CONNECTING = new ThreadLocal<>();

  private final Setup setup;
  private final SseClient client;
  private final AtomicInteger connections = new AtomicInteger();
  // By the URL of the stream, which names the user: that is what OkHttp's listener is told.
  private final ConcurrentMap<String, UserLink> links = new ConcurrentHashMap<>();
  private final Set<UserLink> all = ConcurrentHashMap.newKeySet();
  private final CountDownLatch released = new CountDownLatch(1);
  private volatile String lastFailure = "";

  public SdkEngine(Setup setup) {
    this.setup = setup;
    client = SseClient.builder(setup.target().subscribe("any")).okHttp(this::observe).build();
  }

  private OkHttpClient.Builder observe(OkHttpClient.Builder base) {
    return setup
        .target()
        .way()
        .client()
        .apply(base.socketFactory(new Sockets()))
        // It would connect on platform threads of its own, one for each user that is on its way.
        .fastFallback(false)
        .eventListenerFactory(
            call -> {
              UserLink link = links.get(call.request().url().toString());
              return link == null ? EventListener.NONE : new Observer(link);
            });
  }

  @Override
  public Link connect(UserMeter user) {
    URI uri = setup.target().subscribe(user.name());
    var link = new UserLink(user);
    links.put(HttpUrl.get(uri.toString()).toString(), link);
    all.add(link);
    StreamSpec spec = StreamSpec.at(uri.toString());
    for (Header header : setup.target().streamHeaders(user.name())) {
      spec = spec.addHeader(header.name(), header.value());
    }
    String lastId = user.lastId();
    link.start(client, lastId.isEmpty() ? spec : spec.lastEventId(lastId));
    return link;
  }

  @Override
  public String lastFailure() {
    return lastFailure;
  }

  @Override
  public void close() throws InterruptedException {
    released.countDown();
    client.close();
    long deadline = System.nanoTime() + LAST_CALLBACK.toNanos();
    for (UserLink link : all) {
      link.awaitOver(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
    }
  }

  private final class UserLink implements Link, SseListener {
    private final UserMeter user;
    private volatile @Nullable Subscription subscription;
    private volatile @Nullable Socket socket;
    private volatile boolean over;

    UserLink(UserMeter user) {
      this.user = user;
    }

    void start(SseClient client, StreamSpec spec) {
      subscription = client.subscribe(spec, this);
    }

    @Override
    public void onEvent(Event event) throws InterruptedException {
      if (user.cohort() == Cohort.STALLED) {
        released.await();
        return;
      }
      user.event(event.data(), event.lastEventId(), System.nanoTime());
      if (user.cohort() == Cohort.SLOW) {
        long millis = 1000L * event.data().length() / setup.slowBytesPerSecond();
        boolean ending = released.await(millis, TimeUnit.MILLISECONDS);
        if (ending) {
          return;
        }
      }
    }

    @Override
    public void onSignal(Signal signal) {
      long now = System.nanoTime();
      switch (signal) {
        case Signal.Opened opened -> user.opened(now, !opened.lastEventId().isEmpty());
        case Signal.Greeted greeted ->
            greeted.heartbeat().ifPresent(every -> user.heartbeatEvery(every.toNanos()));
        case Signal.Live live -> user.live(now);
        case Signal.Comment comment -> user.comment(now);
        case Signal.Positioned positioned -> {
          user.arrival(now);
          user.positioned(positioned.lastEventId());
        }
        case Signal.Gap gap -> user.gap(gap.log(), gap.reason(), gap.lost().orElse(-1));
        case Signal.Disconnected disconnected -> {
          lastFailure = disconnected.cause().describe();
          if (user.disconnected(now)) {
            setup.meter().error(Failures.kind(disconnected.cause()));
          }
        }
        case Signal.Closed closed -> over = true;
        case Signal.Message message ->
            user.event(message.event().data(), message.event().lastEventId(), now);
        case Signal.Expiring expiring -> user.arrival(now);
        case Signal.Closing closing -> user.arrival(now);
        case Signal.OtherControl control -> user.arrival(now);
        case Signal.Reconnecting waiting -> {
          // Its next attempt tells when it begins.
        }
      }
    }

    @Override
    public void cut(boolean reset) {
      Socket current = socket;
      if (current == null || over) {
        return;
      }
      user.cut(System.nanoTime());
      try {
        if (reset) {
          current.setSoLinger(true, 0); // Makes close() send an RST.
        }
        current.close();
      } catch (IOException e) {
        // Then it is closed already, which was the aim.
      }
    }

    @Override
    public void leave() throws InterruptedException {
      Subscription current = subscription;
      if (current != null) {
        current.close();
        awaitOver(LAST_CALLBACK);
      }
      all.remove(this);
      user.left();
    }

    void awaitOver(Duration limit) throws InterruptedException {
      Subscription current = subscription;
      if (current != null && !current.awaitClosed(limit)) {
        setup.meter().error("internal");
      }
    }
  }

  /** Tells a user's meter how far its attempt has come, and keeps the socket for a storm to cut. */
  private final class Observer extends EventListener {
    private final UserLink link;

    Observer(UserLink link) {
      this.link = link;
    }

    @Override
    public void callStart(Call call) {
      link.user.attempt(System.nanoTime());
    }

    @Override
    public void connectStart(Call call, InetSocketAddress address, Proxy proxy) {
      CONNECTING.set(link);
      connections.incrementAndGet();
    }

    @Override
    public void secureConnectStart(Call call) {
      link.user.tcpConnected(System.nanoTime());
    }

    @Override
    public void secureConnectEnd(Call call, @Nullable Handshake handshake) {
      CONNECTING.remove();
    }

    @Override
    public void connectEnd(
        Call call, InetSocketAddress address, Proxy proxy, @Nullable Protocol protocol) {
      CONNECTING.remove();
      if (!call.request().isHttps()) {
        link.user.tcpConnected(System.nanoTime());
      }
    }

    @Override
    public void connectionAcquired(Call call, Connection connection) {
      link.socket = connection.socket();
    }
  }

  /** Sockets from the addresses in turn, and with little room where their user reads slowly. */
  private final class Sockets extends SocketFactory {
    @Override
    public Socket createSocket() throws IOException {
      var socket = new Socket();
      UserLink link = CONNECTING.get();
      if (link != null && link.user.cohort() != Cohort.NORMAL) {
        socket.setReceiveBufferSize(SLOW_RECEIVE_BUFFER);
      }
      List<InetAddress> sources = setup.sources();
      if (!sources.isEmpty()) {
        socket.bind(new InetSocketAddress(sources.get(connections.get() % sources.size()), 0));
      }
      return socket;
    }

    // OkHttp connects by itself.
    @Override
    public Socket createSocket(String host, int port) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
      throw new UnsupportedOperationException();
    }
  }
}
