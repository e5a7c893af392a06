package io.heliograph.client.internal.session;

import io.heliograph.client.AttemptCustomizer;
import io.heliograph.client.Cause;
import io.heliograph.client.ConnectPhase;
import io.heliograph.client.TokenProvider;
import io.heliograph.client.internal.base.Threads;
import io.heliograph.client.internal.base.Ticks;
import io.heliograph.client.internal.http.CustomRequest;
import io.heliograph.client.internal.http.OkHttpVersion;
import io.heliograph.client.internal.http.PatientDns;
import io.heliograph.client.internal.http.Responses;
import io.heliograph.client.internal.http.StreamRefusedException;
import io.heliograph.client.internal.http.Tokens;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Proxy;
import java.util.Optional;
import java.util.function.Consumer;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.EventListener;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * OkHttp, set up for streams that last. Each stream opens, and is then read, on threads of its own.
 * Thread-safe.
 */
public final class Network implements AutoCloseable {
  private static final EventListener PHASES = new Phases();

  private final OkHttpClient client;
  private final ConnectionPool ownPool;

  /**
   * Takes over a client as its user set it up, and adds what this library relies on.
   *
   * @param ownPool the one that no other client uses; not the base's if its user has set another
   */
  public Network(OkHttpClient base, ConnectionPool ownPool, Settings settings) {
    OkHttpVersion.require();
    this.ownPool = ownPool;
    var dispatcher = new Dispatcher(Threads.perTask("heliograph-connector"));
    // By default OkHttp lets the sixth stream to a host wait, without a word, for one to end.
    dispatcher.setMaxRequests(Integer.MAX_VALUE);
    dispatcher.setMaxRequestsPerHost(Integer.MAX_VALUE);
    EventListener.Factory others = base.eventListenerFactory();
    OkHttpClient.Builder builder =
        base.newBuilder()
            .dispatcher(dispatcher)
            // A shared client's would write every stream to the disk for as long as it lasts.
            .cache(null)
            // A little more than the attempt has: that one shall speak first, with its own cause.
            .dns(
                new PatientDns(
                    base.dns(), Ticks.forOkHttp(settings.attemptTimeout()).plusSeconds(1)))
            .eventListenerFactory(call -> PHASES.plus(others.create(call)));
    builder.interceptors().add(0, Network::openStream);
    builder.networkInterceptors().add(chain -> guard(chain, settings));
    client = builder.build();
  }

  Call.Factory calls() {
    return client;
  }

  /** Frees idle connections; streams must be closed before. Returns at once. */
  @Override
  public void close() {
    client.dispatcher().executorService().shutdown();
    ownPool.evictAll();
  }

  /** The outermost interceptor: adds the token, and lets nothing but event streams pass. */
  private static Response openStream(Interceptor.Chain chain) throws IOException {
    Attempt attempt = Attempt.of(chain.call());
    if (attempt == null) {
      return chain.proceed(chain.request());
    }
    TokenProvider tokens = attempt.settings().tokens();
    Request request = customized(chain.request(), attempt);
    Response response = chain.proceed(withToken(request, attempt, tokens, attempt.firstToken()));
    if (response.code() == 401 && tokens != null) {
      response.close();
      response = chain.proceed(withToken(request, attempt, tokens, FirstToken.of(null, true)));
    }
    try {
      attempt.accept(response, chain.call());
      return response;
    } catch (StreamRefusedException e) {
      response.close();
      throw e;
    }
  }

  /** The user's code of an attempt, which may hang and may throw. */
  private interface Preparation<T> {
    T run() throws Exception;
  }

  // Whatever it throws, errors too: OkHttp would tell nobody of the latter.
  @SuppressWarnings("InterruptedExceptionSwallowed") // This thread ends with its attempt.
  private static <T> T prepare(Attempt attempt, String whose, Preparation<T> preparation)
      throws IOException {
    attempt.enterProvider();
    T result;
    try {
      result = preparation.run();
    } catch (Throwable e) {
      throw new IOException("the " + whose + " failed: " + e, e);
    } finally {
      attempt.leaveProvider();
    }
    attempt.prepared();
    return result;
  }

  private static Request customized(Request request, Attempt attempt) throws IOException {
    AttemptCustomizer customizer = attempt.settings().customizer();
    if (customizer == null) {
      return request;
    }
    return prepare(
        attempt,
        "attempt customizer",
        () -> {
          var custom =
              new CustomRequest(
                  attempt.figures().number(), attempt.figures().lastEventId(), request);
          customizer.customize(custom);
          attempt.observedBy(custom.observer());
          return custom.build();
        });
  }

  private static Request withToken(
      Request request, Attempt attempt, @Nullable TokenProvider tokens, FirstToken which)
      throws IOException {
    if (tokens == null) {
      attempt.sends(request, null);
      return request;
    }
    return prepare(
        attempt,
        "token provider",
        () -> {
          String token = which.given() == null ? Tokens.ask(tokens, which.renew()) : which.given();
          Request withToken =
              request.newBuilder().header("Authorization", "Bearer " + token).build();
          attempt.sends(withToken, token);
          return withToken;
        });
  }

  /**
   * Sees every response of the network before OkHttp acts on it. It would follow a redirect to
   * another origin with cookies, API keys and Last-Event-ID, dropping only Authorization; and it
   * would send the request again by itself after a 408, or a 503 with {@code Retry-After: 0}.
   */
  private static Response guard(Interceptor.Chain chain, Settings settings) throws IOException {
    Response response = proceed(chain);
    Connection connection = chain.connection();
    if (connection != null && connection.protocol() == Protocol.HTTP_1_1) {
      // OkHttp sets the read timeout on the socket, too, where it would outlive the head and end
      // every stream that is silent for longer, whatever the limit of its body says.
      connection.socket().setSoTimeout(0);
    }
    int code = response.code();
    String location = response.header("Location");
    boolean refused = false;
    if (code >= 300 && code < 400 && location != null) {
      HttpUrl from = chain.request().url();
      HttpUrl to = from.resolve(location);
      refused =
          switch (settings.redirects()) {
            case NEVER -> true;
            case SAME_ORIGIN -> to == null || !sameOrigin(from, to);
            case ANY -> to == null;
          };
    }
    boolean ownAnswer =
        switch (code) {
          case 408, 503 -> true;
          // OkHttp fails at it, so the stream would be tried again for ever.
          case 407 -> connection == null || connection.route().proxy().type() == Proxy.Type.DIRECT;
          default -> false;
        };
    if (!refused && !ownAnswer) {
      return response;
    }
    try (response) {
      throw new StreamRefusedException(
          refused
              ? new Cause.RedirectRefused(code, location == null ? "" : location)
              : Responses.status(response, settings.ticks().instant()));
    }
  }

  /** OkHttp fails at a 204 with a body; who sends one means that there is to be no return. */
  private static Response proceed(Interceptor.Chain chain) throws IOException {
    Attempt attempt = Attempt.of(chain.call());
    try {
      return chain.proceed(chain.request());
    } catch (ProtocolException e) {
      int status = attempt == null ? 0 : attempt.status();
      if (status == 204 || status == 205) {
        throw new StreamRefusedException(new Cause.HttpStatus(status, "", Optional.empty()));
      }
      throw e;
    }
  }

  private static boolean sameOrigin(HttpUrl a, HttpUrl b) {
    return a.scheme().equals(b.scheme()) && a.host().equals(b.host()) && a.port() == b.port();
  }

  /** Notes how far an attempt has come, for the message if it hangs there. */
  private static final class Phases extends EventListener {
    @Override
    public void dnsStart(Call call, String domainName) {
      tell(call, attempt -> attempt.reached(ConnectPhase.DNS));
    }

    @Override
    public void connectStart(Call call, InetSocketAddress address, Proxy proxy) {
      tell(call, attempt -> attempt.reached(ConnectPhase.CONNECT));
    }

    @Override
    public void secureConnectStart(Call call) {
      tell(call, attempt -> attempt.reached(ConnectPhase.TLS));
    }

    @Override
    public void connectionAcquired(Call call, Connection connection) {
      tell(call, attempt -> attempt.connected(connection.socket()));
    }

    @Override
    public void requestHeadersStart(Call call) {
      tell(call, attempt -> attempt.reached(ConnectPhase.RESPONSE));
    }

    @Override
    public void responseHeadersEnd(Call call, Response response) {
      tell(call, attempt -> attempt.answered(response.code()));
    }

    private static void tell(Call call, Consumer<Attempt> what) {
      Attempt attempt = Attempt.of(call);
      if (attempt != null) {
        what.accept(attempt);
      }
    }
  }
}
