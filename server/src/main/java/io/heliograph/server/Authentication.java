package io.heliograph.server;

import io.heliograph.server.auth.KeyException;
import io.heliograph.server.auth.Keys;
import io.heliograph.server.auth.LocalTickets;
import io.heliograph.server.auth.Revocations;
import io.heliograph.server.auth.ScrapeToken;
import io.heliograph.server.auth.Tokens;
import io.heliograph.server.cluster.Cluster;
import io.heliograph.server.config.Settings;
import io.heliograph.server.config.SettingsException;
import io.heliograph.server.gate.Gate;
import io.heliograph.server.gate.Pages;
import io.heliograph.server.observe.Metrics;
import io.heliograph.server.request.Guards;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Creates, from the settings, the objects that decide who may call. */
final class Authentication {

  private static final System.Logger LOG = System.getLogger(Heliograph.class.getName());

  private Authentication() {}

  /** Warnings about settings that are allowed but rarely intended. */
  static List<String> warnings(Settings.Auth auth) {
    if (!(auth instanceof Settings.Auth.Jwt jwt)) {
      return List.of();
    }
    var warnings = new ArrayList<String>();
    if (jwt.keys() instanceof Settings.KeySource.JwksUrl(URI url)) {
      if (url.getScheme().equals("http")) {
        warnings.add(
            "auth.jwt.jwks-url uses http: anybody on the network path can replace the keys. Use"
                + " https.");
      }
      if (jwt.audience().isEmpty()) {
        warnings.add(
            "auth.jwt.audience is not set: the server accepts tokens that the issuer made for other"
                + " services.");
      }
    }
    return warnings;
  }

  /**
   * Warns if the server is open to everybody.
   *
   * @throws SettingsException if other machines can reach it and the settings do not allow that
   *     explicitly
   */
  static void checkReach(Settings settings, Listener listener) {
    if (settings.auth() instanceof Settings.Auth.Off off && !listener.isLoopback()) {
      if (!off.beyondLoopback()) {
        throw new SettingsException(
            "auth.mode is off, and other machines can reach server.host %s: anybody could read and publish everything. Set auth.mode=jwt (docs/guides/authentication.md), or listen on 127.0.0.1. To accept the risk, set auth.allow-off-beyond-loopback=true."
                .formatted(settings.server().host()));
      }
      LOG.log(
          System.Logger.Level.WARNING,
          "Authentication is off on {0}: anybody who can reach this address can read and publish"
              + " everything.",
          settings.server().host());
    }
  }

  /**
   * The keys to verify tokens with; empty if no tokens are required.
   *
   * @throws SettingsException if the configured source has no key
   */
  static Optional<Keys> keys(Settings.Auth auth, Metrics metrics) {
    return auth instanceof Settings.Auth.Jwt jwt
        ? Optional.of(keys(jwt.keys(), metrics))
        : Optional.empty();
  }

  private static Keys keys(Settings.KeySource source, Metrics metrics) {
    try {
      return switch (source) {
        case Settings.KeySource.Secret(String secret) ->
            Keys.secret(secret.getBytes(StandardCharsets.UTF_8));
        case Settings.KeySource.SecretFile(Path file) -> Keys.secretFile(file);
        case Settings.KeySource.KeyFile(Path file) -> Keys.keyFile(file);
        case Settings.KeySource.JwksUrl(URI url) -> Keys.jwksUrl(url, metrics);
      };
    } catch (KeyException e) {
      throw new SettingsException(String.valueOf(e.getMessage()));
    }
  }

  /** The gate in front of every route. */
  static Gate gate(
      Settings settings,
      Listener listener,
      Optional<Keys> keys,
      Revocations revocations,
      Optional<Cluster> cluster,
      Guards guards) {
    var clock = Clock.systemUTC();
    var pages =
        new Pages(
            settings.corsOrigins(),
            settings.tls().isPresent(),
            settings.server().host(),
            listener.isLoopback());
    return switch (settings.auth()) {
      case Settings.Auth.Off _ ->
          new Gate(
              Optional.empty(),
              new LocalTickets(Duration.ZERO, clock),
              revocations,
              Optional.empty(),
              pages,
              clock,
              Optional.empty(),
              guards);
      case Settings.Auth.Jwt jwt ->
          new Gate(
              Optional.of(
                  new Tokens(
                      keys.orElseThrow(),
                      new Tokens.Rules(jwt.issuer(), jwt.audience(), jwt.clockSkew()),
                      clock)),
              cluster
                  .map(joined -> joined.tickets(jwt.openTicketWithin(), clock))
                  .orElseGet(() -> new LocalTickets(jwt.openTicketWithin(), clock)),
              revocations,
              jwt.cookie(),
              pages,
              clock,
              jwt.scrapeToken().map(Authentication::scrapeToken),
              guards);
    };
  }

  private static ScrapeToken scrapeToken(Settings.SecretSource source) {
    try {
      return switch (source) {
        case Settings.KeySource.Secret(String token) ->
            ScrapeToken.of(token, "HELIOGRAPH_AUTH_SCRAPE_TOKEN");
        case Settings.KeySource.SecretFile(Path file) -> ScrapeToken.ofFile(file);
      };
    } catch (KeyException e) {
      throw new SettingsException(String.valueOf(e.getMessage()));
    }
  }
}
