package io.heliograph.cli.simulate;

import io.heliograph.cli.access.AccessOptions;
import io.heliograph.cli.access.Network;
import io.heliograph.cli.load.observe.ProcFs;
import io.heliograph.cli.load.plan.Target;
import io.heliograph.cli.load.plan.Way;
import io.heliograph.cli.option.Header;
import io.heliograph.cli.option.Headers;
import io.heliograph.cli.option.ServerOption;
import io.heliograph.cli.option.WebAddress;
import io.heliograph.cli.shell.Shell;
import java.net.Proxy;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.TypeConversionException;

/**
 * Makes of options and scenario the server under test, and asks whether it may be put under load.
 */
record TargetReader(
    ServerOption server, AccessOptions access, LoadOptions load, Scenario scenario, Shell shell) {
  private static final int MANY_USERS = 200;
  private static final int MANY_DELIVERIES = 200; // Per second.

  /** The server; fails if values contradict each other, or the load is not allowed. */
  Target target() {
    List<Header> headers = access.headers();
    String broadcast = scenario.text("broadcast-url").orElse(null);
    String token = access.reference();
    String subscribe = load.subscribeUrl;
    Target target;
    if (subscribe == null) {
      if (load.publishUrl != null || broadcast != null) {
        throw usage("--publish-url and broadcast-url need --subscribe-url");
      }
      target = Target.heliograph(server.uri(), headers);
    } else {
      target = foreign(subscribe, broadcast, headers);
    }
    URI uri = requireAllowed(target, broadcast);
    Network network = access.network(shell, uri);
    return target.with(
        new Way(
            network::to, to -> network.proxy(to).equals(Proxy.NO_PROXY) && !network.mayBeHttp2()),
        token == null ? null : new UserTokens(token, shell));
  }

  private Target foreign(String subscribe, @Nullable String broadcast, List<Header> headers) {
    if (!load.publishBody.contains("{envelope}")) {
      throw usage("--publish-body has no {envelope}, so received events cannot be identified");
    }
    if (!subscribe.contains("{user}")) {
      throw usage("--subscribe-url has no {user}: all users would read one stream");
    }
    boolean named =
        load.publishUrl != null
            && (load.publishUrl.contains("{user}") || load.publishBody.contains("{user}"));
    if (load.rate.perSecond() > 0 && !named) {
      throw usage(
          "--publish-url is missing, or {user} is neither in it nor in --publish-body; to publish"
              + " nothing: --rate 0/s");
    }
    if (load.broadcast.perSecond() > 0 && broadcast == null) {
      throw usage("--broadcast needs --set broadcast-url=URL");
    }
    if (broadcast != null && broadcast.contains("{user}")) {
      throw usage("broadcast-url has {user}, but a broadcast goes to all users");
    }
    return new Target(
        template("--subscribe-url", subscribe),
        load.publishUrl == null
            ? template("--subscribe-url", subscribe)
            : template("--publish-url", load.publishUrl),
        broadcast == null ? null : template("broadcast-url", broadcast),
        load.publishBody,
        headers,
        Headers.of(scenario.all("publish-header", new Headers.Converter())),
        false,
        null,
        Way.DIRECT);
  }

  /** Where users listen, once it is sure that all of it may be put under load. */
  private URI requireAllowed(Target target, @Nullable String broadcast) {
    var urls = new ArrayList<URI>();
    urls.add(url(target.heliograph() ? "--server" : "--subscribe-url", target.subscribeUrl()));
    if (load.publishUrl != null) {
      urls.add(url("--publish-url", load.publishUrl));
    }
    if (broadcast != null) {
      urls.add(url("broadcast-url", broadcast));
    }
    double deliveries = load.rate.perSecond() + load.broadcast.perSecond() * load.users;
    boolean many =
        scenario.preset() != null || load.users > MANY_USERS || deliveries > MANY_DELIVERIES;
    List<String> far =
        urls.stream()
            .map(WebAddress::host)
            .filter(host -> many && !isNear(host))
            .map(host -> host.contains(":") ? "[" + host + "]" : host)
            .filter(host -> !load.yes.contains(host))
            .distinct()
            .toList();
    if (!far.isEmpty()) {
      throw usage(
          "this would put load on "
              + String.join(" and ", far)
              + ". If you are allowed to do that:  --yes-load-test "
              + String.join(" --yes-load-test ", far));
    }
    return urls.getFirst();
  }

  /** As it will be for some user: nothing that is wrong with it may show when the run has begun. */
  private static URI url(String option, String template) {
    try {
      return new ServerOption.HttpUri().convert(template.replace("{user}", "any"));
    } catch (TypeConversionException e) {
      throw usage(option + ": " + e.getMessage());
    }
  }

  /** With everything percent-encoded that must be, except for the place of the user's name. */
  private static String template(String option, String url) {
    url(option, url); // Names the option if something is wrong.
    String place = "user-" + Long.toHexString(url.hashCode());
    return WebAddress.parse(url.replace("{user}", place), "").toString().replace(place, "{user}");
  }

  private static boolean isNear(String host) {
    return ProcFs.isLoopback(host)
        || host.matches("(10|192\\.168|172\\.(1[6-9]|2\\d|3[01]))(\\.\\d{1,3})+")
        || host.matches("(?i)f(e80|[cd]).*:.*") // IPv6: of the link, and private.
        || !(host.contains(".") || host.contains(":"))
        || host.endsWith(".local")
        || host.endsWith(".internal");
  }

  private static IllegalArgumentException usage(String message) {
    return new IllegalArgumentException(message);
  }
}
