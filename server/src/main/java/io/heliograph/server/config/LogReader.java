package io.heliograph.server.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads where events are kept, and rejects what would have no effect. */
final class LogReader {

  private static final int REDIS_PORT = 6379;
  private static final int MAX_REPLICAS = 10;
  private static final int MAX_PORT = 65_535;

  private static final Pattern URL =
      Pattern.compile("(redis|rediss)://([^/?#]+?)(?:/(\\d{1,5})?)?", Pattern.CASE_INSENSITIVE);
  private static final Pattern SERVER =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[0-9A-Za-z._-]{1,253})(?::(\\d{1,5}))?");
  private static final Pattern PREFIX = Pattern.compile("[0-9A-Za-z._:-]{1,64}");

  private static final String URL_FORM =
      "It must be redis://HOST:PORT, or rediss:// for TLS; several servers of a Cluster, or a"
          + " primary and its replicas, are separated by commas: redis://a:6379,b:6379.";

  private LogReader() {}

  static Settings.LogType read(SettingsReader reader) {
    String type = reader.choice("log.type", "memory", List.of("memory", "file", "redis"));
    Optional<String> directory = reader.optional("log.file.directory");
    var ofRedis = new TreeMap<String, String>();
    for (String name : List.of("url", "prefix", "user", "password-file", "ca-file")) {
      String full = "log.redis." + name;
      reader.optional(full).ifPresent(value -> ofRedis.put(full, value));
    }
    Optional<String> password =
        reader.environmentOnly(
            "log.redis.password", "To read it from a file, use log.redis.password-file.");
    int replicas = reader.integer("log.redis.wait-replicas", 0, 0, MAX_REPLICAS);
    password.ifPresent(_ -> ofRedis.put("log.redis.password", ""));
    if (replicas > 0) {
      ofRedis.put("log.redis.wait-replicas", Integer.toString(replicas));
    }
    if (!type.equals("file") && directory.isPresent()) {
      throw noEffect("log.file.directory", type, "file");
    }
    if (!type.equals("redis") && !ofRedis.isEmpty()) {
      throw noEffect(ofRedis.firstKey(), type, "redis");
    }
    return switch (type) {
      case "file" -> file(directory);
      case "redis" -> redis(ofRedis, password, replicas);
      default -> new Settings.LogType.Memory();
    };
  }

  private static SettingsException noEffect(String name, String type, String needed) {
    return new SettingsException(
        name
            + " would have no effect, because log.type is "
            + type
            + ". Set log.type="
            + needed
            + ", or remove it.");
  }

  private static Settings.LogType file(Optional<String> directory) {
    return new Settings.LogType.File(
        directory
            .map(Path::of)
            .orElseThrow(
                () ->
                    new SettingsException(
                        "log.type is file, so log.file.directory must be set. Try"
                            + " /var/lib/heliograph.")));
  }

  private static Settings.LogType redis(
      Map<String, String> settings, Optional<String> password, int replicas) {
    String url = settings.get("log.redis.url");
    if (url == null) {
      throw new SettingsException(
          "log.type is redis, so log.redis.url must be set. Try redis://localhost:6379.");
    }
    if (url.contains("@")) { // It is not repeated: it may hold a password.
      throw new SettingsException(
          "log.redis.url contains a user or a password, which other users of the machine could"
              + " see. Set log.redis.user, and log.redis.password-file or"
              + " HELIOGRAPH_LOG_REDIS_PASSWORD.");
    }
    Matcher parts = URL.matcher(url);
    if (!parts.matches()) {
      throw new SettingsException("log.redis.url is '" + url + "'. " + URL_FORM);
    }
    boolean tls = parts.group(1).equalsIgnoreCase("rediss");
    Optional<String> trusted = Optional.ofNullable(settings.get("log.redis.ca-file"));
    if (trusted.isPresent() && !tls) {
      throw new SettingsException(
          "log.redis.ca-file would have no effect, because log.redis.url is not encrypted. Use"
              + " rediss:// in the URL, or remove it.");
    }
    Optional<String> user = Optional.ofNullable(settings.get("log.redis.user"));
    Optional<String> file = Optional.ofNullable(settings.get("log.redis.password-file"));
    if (password.isPresent() && file.isPresent()) {
      throw new SettingsException(
          "HELIOGRAPH_LOG_REDIS_PASSWORD and log.redis.password-file are both set. Remove one.");
    }
    Optional<Settings.SecretSource> secret =
        password
            .<Settings.SecretSource>map(Settings.KeySource.Secret::new)
            .or(() -> file.map(path -> new Settings.KeySource.SecretFile(Path.of(path))));
    if (user.isPresent() && secret.isEmpty()) {
      throw new SettingsException(
          "log.redis.user is set, but there is no password. Set log.redis.password-file or"
              + " HELIOGRAPH_LOG_REDIS_PASSWORD.");
    }
    String prefix = settings.getOrDefault("log.redis.prefix", "heliograph");
    if (!PREFIX.matcher(prefix).matches()) {
      throw new SettingsException(
          "log.redis.prefix is '"
              + prefix
              + "', but must be 1 to 64 letters, digits, '.', '_', ':' or '-'.");
    }
    String database = parts.group(3);
    return new Settings.LogType.Redis(
        servers(url, parts.group(2)),
        tls,
        database == null ? 0 : Integer.parseInt(database),
        trusted.map(Path::of),
        user,
        secret,
        prefix,
        replicas);
  }

  private static List<Settings.RedisServer> servers(String url, String list) {
    var servers = new ArrayList<Settings.RedisServer>();
    for (String each : list.split(",", -1)) {
      Matcher server = SERVER.matcher(each);
      int port =
          server.matches() && server.group(2) != null
              ? Integer.parseInt(server.group(2))
              : REDIS_PORT;
      if (!server.matches() || port == 0 || port > MAX_PORT) {
        throw new SettingsException(
            "log.redis.url is '" + url + "', in which '" + each + "' is no server. " + URL_FORM);
      }
      String host = server.group(1);
      servers.add(
          new Settings.RedisServer(
              host.startsWith("[") ? host.substring(1, host.length() - 1) : host, port));
    }
    return servers;
  }
}
