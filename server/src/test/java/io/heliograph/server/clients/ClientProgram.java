package io.heliograph.server.clients;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The clients, and how each is started. Their names are those of the table in
 * docs/guides/clients.md.
 */
enum ClientProgram {
  CHROMIUM("Chromium", "chromium") {
    @Override
    List<String> command(Path directory, String page) {
      return List.of(
          "chromium",
          "--headless",
          "--no-sandbox", // It refuses to run as root with one.
          "--disable-gpu",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--ignore-certificate-errors",
          "--user-data-dir=" + directory,
          page);
    }
  },
  FIREFOX("Firefox ESR", "firefox-esr") {
    @Override
    List<String> command(Path directory, String page) {
      return List.of(
          "firefox-esr", "--headless", "--no-remote", "--profile", directory.toString(), page);
    }
  },
  WEBKIT("WebKitGTK", "xvfb-run") {
    @Override
    List<String> command(Path directory, String page) {
      return List.of(
          "xvfb-run", "-a", miniBrowser().orElseThrow().toString(), "--ignore-tls-errors", page);
    }

    @Override
    String missing() {
      return miniBrowser().isEmpty() ? "webkit2gtk-driver" : super.missing();
    }

    // Debian has it beside the library.
    private Optional<Path> miniBrowser() {
      try (Stream<Path> libraries = Files.list(Path.of("/usr/lib"))) {
        return libraries
            .map(system -> system.resolve("webkit2gtk-4.1/MiniBrowser"))
            .filter(Files::isExecutable)
            .findAny();
      } catch (IOException e) {
        return Optional.empty();
      }
    }
  },
  CHROMIUM_HTTP2("HTTP/2: Chromium", CHROMIUM),
  FIREFOX_HTTP2("HTTP/2: Firefox ESR", FIREFOX),
  WEBKIT_HTTP2("HTTP/2: WebKitGTK", WEBKIT),
  EVENTSOURCE_4("eventsource 4 (npm)", "node") {
    @Override
    List<String> command(Path directory, String page) {
      return List.of("node", PROGRAMS.resolve("node/eventsource.mjs").toString(), "4");
    }
  },
  EVENTSOURCE_5("eventsource 5 (npm)", "node") {
    @Override
    List<String> command(Path directory, String page) {
      return List.of("node", PROGRAMS.resolve("node/eventsource.mjs").toString(), "5");
    }
  },
  EVENTSOURCE_CLIENT("eventsource-client (npm)", "node") {
    @Override
    List<String> command(Path directory, String page) {
      return List.of("node", PROGRAMS.resolve("node/eventsource-client.mjs").toString());
    }
  },
  OKHTTP_EVENTSOURCE("okhttp-eventsource", ""),
  JERSEY("Jersey", ""),
  CXF("CXF", ""),
  SPRING_WEBCLIENT("Spring WebClient", ""),
  MICRONAUT("Micronaut", "");

  private static final String SHA256_OID = "OID.2.16.840.1.101.3.4.2.1";

  static final Path PROGRAMS = Path.of("src", "clients").toAbsolutePath();

  private final String title;
  private final String needed;
  private final @Nullable ClientProgram sameOverHttp1;

  ClientProgram(String title, String needed) {
    this.title = title;
    this.needed = needed;
    this.sameOverHttp1 = null;
  }

  ClientProgram(String title, ClientProgram sameOverHttp1) {
    this.title = title;
    this.needed = sameOverHttp1.needed;
    this.sameOverHttp1 = sameOverHttp1;
  }

  /** Whether it speaks HTTP/2, and so TLS, with the server. */
  boolean isHttp2() {
    return sameOverHttp1 != null;
  }

  /** What starts it; a program of the JVM unless said otherwise. */
  List<String> command(Path directory, String page) {
    if (sameOverHttp1 != null) {
      return sameOverHttp1.command(directory, page);
    }
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-cp",
        PROGRAMS.resolve("jvm/" + id() + "/target/lib") + "/*",
        "Client");
  }

  Map<String, String> environment(Path directory) {
    return isBrowser()
        ? Map.of("HOME", directory.toString(), "XDG_RUNTIME_DIR", directory.toString())
        : Map.of();
  }

  /**
   * Makes a browser accept a certificate that nobody known has signed; the others are told so by
   * their command.
   */
  void trust(byte[] sha256, List<Integer> ports, Path directory) throws IOException {
    if (this == FIREFOX_HTTP2) {
      String fingerprint = HexFormat.ofDelimiter(":").withUpperCase().formatHex(sha256);
      List<String> lines =
          ports.stream()
              .map(port -> "127.0.0.1:%d:\t%s\t%s\t".formatted(port, SHA256_OID, fingerprint))
              .toList();
      Files.write(directory.resolve("cert_override.txt"), lines);
    }
  }

  /** The first column of its row. */
  String title() {
    return title;
  }

  String id() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  boolean isBrowser() {
    return this == CHROMIUM || this == FIREFOX || this == WEBKIT || isHttp2();
  }

  /** What has to be installed first; empty if nothing has. */
  String missing() {
    if (sameOverHttp1 != null) {
      return sameOverHttp1.missing();
    }
    boolean found =
        needed.isEmpty()
            || Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, needed)));
    if (!found) {
      return needed;
    }
    Path installed =
        needed.isEmpty()
            ? PROGRAMS.resolve("jvm/" + id() + "/target/lib")
            : PROGRAMS.resolve("node/node_modules");
    return isBrowser() || Files.exists(installed) ? "" : "it by server/src/clients/run";
  }
}
