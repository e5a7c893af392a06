package io.heliograph.server.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads the settings of authentication, and rejects contradictions: a server must not be more open
 * than its operator believes.
 */
final class AuthReader {

  private static final Pattern COOKIE_NAME = Pattern.compile("[0-9A-Za-z!#$%&'*+.^_`|~-]+");

  private AuthReader() {}

  static Settings.Auth read(SettingsReader reader) {
    String mode = reader.choice("auth.mode", "off", List.of("off", "jwt"));
    boolean beyondLoopback =
        reader
            .choice("auth.allow-off-beyond-loopback", "false", List.of("true", "false"))
            .equals("true");
    var keys = new LinkedHashMap<String, Settings.KeySource>();
    reader
        .environmentOnly("auth.jwt.secret", "To read it from a file, use auth.jwt.secret-file.")
        .ifPresent(secret -> keys.put("auth.jwt.secret", new Settings.KeySource.Secret(secret)));
    reader
        .optional("auth.jwt.secret-file")
        .ifPresent(
            file ->
                keys.put("auth.jwt.secret-file", new Settings.KeySource.SecretFile(Path.of(file))));
    reader
        .optional("auth.jwt.key-file")
        .ifPresent(
            file -> keys.put("auth.jwt.key-file", new Settings.KeySource.KeyFile(Path.of(file))));
    reader
        .optional("auth.jwt.jwks-url")
        .ifPresent(
            url -> keys.put("auth.jwt.jwks-url", new Settings.KeySource.JwksUrl(httpUrl(url))));
    Optional<String> issuer = reader.optional("auth.jwt.issuer");
    Optional<String> audience = reader.optional("auth.jwt.audience");
    Duration skew =
        reader.duration(
            "auth.jwt.clock-skew",
            Duration.ofSeconds(30),
            Duration.ZERO,
            Duration.ofMinutes(5),
            "Every token is valid for this much longer.");
    Optional<String> cookie = reader.optional("auth.cookie");
    if (cookie.isPresent() && !COOKIE_NAME.matcher(cookie.get()).matches()) {
      throw new SettingsException(
          "auth.cookie is '"
              + cookie.get()
              + "', but must be the name of a cookie: letters, digits and !#$%&'*+-.^_`|~.");
    }
    Duration ticketTtl =
        reader.duration(
            "auth.tickets.ttl",
            Duration.ofSeconds(30),
            Duration.ofSeconds(1),
            Duration.ofHours(1),
            "");
    var scrapeTokens = new LinkedHashMap<String, Settings.SecretSource>();
    reader
        .environmentOnly("auth.scrape-token", "To read it from a file, use auth.scrape-token-file.")
        .ifPresent(
            token -> scrapeTokens.put("auth.scrape-token", new Settings.KeySource.Secret(token)));
    reader
        .optional("auth.scrape-token-file")
        .ifPresent(
            file ->
                scrapeTokens.put(
                    "auth.scrape-token-file", new Settings.KeySource.SecretFile(Path.of(file))));
    if (mode.equals("jwt")) {
      if (scrapeTokens.size() > 1) {
        throw new SettingsException(
            "auth.scrape-token-file and "
                + SettingsReader.variableFor("auth.scrape-token")
                + " are both set. Remove one of them.");
      }
      if (keys.size() != 1) {
        throw new SettingsException(
            "auth.mode is jwt, so exactly one of auth.jwt.secret-file, auth.jwt.key-file,"
                + " auth.jwt.jwks-url and "
                + SettingsReader.variableFor("auth.jwt.secret")
                + " must be set; set are: "
                + (keys.isEmpty() ? "none" : String.join(", ", keys.keySet()))
                + ".");
      }
      if (beyondLoopback) {
        throw new SettingsException(
            "auth.allow-off-beyond-loopback has no effect, because auth.mode is jwt. Remove it, so"
                + " that it does not apply unnoticed when authentication is turned off later.");
      }
      Settings.KeySource source = keys.values().iterator().next();
      return new Settings.Auth.Jwt(
          source,
          issuer,
          audience,
          skew,
          cookie,
          ticketTtl,
          scrapeTokens.values().stream().findFirst());
    }
    // Somebody believes that tokens are checked.
    var idle = new ArrayList<>(keys.keySet());
    idle.addAll(scrapeTokens.keySet());
    issuer.ifPresent(_ -> idle.add("auth.jwt.issuer"));
    audience.ifPresent(_ -> idle.add("auth.jwt.audience"));
    cookie.ifPresent(_ -> idle.add("auth.cookie"));
    for (String name : List.of("auth.jwt.clock-skew", "auth.tickets.ttl")) {
      if (reader.isGiven(name)) {
        idle.add(name);
      }
    }
    if (!idle.isEmpty()) {
      throw new SettingsException(
          String.join(", ", idle)
              + " would have no effect, because auth.mode is off. Set auth.mode=jwt, or remove"
              + " them.");
    }
    return new Settings.Auth.Off(beyondLoopback);
  }

  private static URI httpUrl(String url) {
    try {
      var uri = new URI(url);
      if (("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))
          && Origins.hasHostAndPort(uri)) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Answered below, as any other that is not allowed.
    }
    throw new SettingsException(
        "auth.jwt.jwks-url is '"
            + url
            + "', but must be an http or https URL. Try"
            + " https://id.example.com/.well-known/jwks.json");
  }
}
