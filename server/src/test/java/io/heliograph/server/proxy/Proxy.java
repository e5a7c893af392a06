package io.heliograph.server.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A proxy as a process of its own, with the configuration that the guide shows: only names, ports
 * and paths are others. It speaks TLS on {@code localhost}, unless its program cannot.
 */
public final class Proxy implements AutoCloseable {

  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofSeconds(2);
  private static final int ATTEMPTS = 5;

  // Below the ports that Linux hands out by itself, so that no connection takes one by chance.
  private static final int FIRST_PORT = 20_000;
  private static final int PORTS = 10_000;

  /** What may stand in front. Its name in small letters is its program's. */
  public enum Program {
    NGINX {
      @Override
      String adapted(String guide, Path certificates, int port, int backend) {
        String servers =
            Guide.replaced(
                Guide.replaced(
                    Guide.replaced(
                        Guide.replaced(guide, "listen 443", "listen 127.0.0.1:" + port),
                        "127.0.0.1:8080",
                        "127.0.0.1:" + backend),
                    "/etc/ssl/certs/events.example.com.pem",
                    certificates.resolve("cert.pem").toString()),
                "/etc/ssl/private/events.example.com.key",
                certificates.resolve("key.pem").toString());
        // What Debian's nginx.conf has around it; and its files in this directory.
        return """
        events {}
        http {
        access_log off;
        client_body_temp_path body;
        proxy_temp_path proxy;
        fastcgi_temp_path fastcgi;
        uwsgi_temp_path uwsgi;
        scgi_temp_path scgi;
        %s
        }
        """
            .formatted(servers);
      }

      @Override
      List<String> command(Path directory, Path file) {
        // Its workers could not enter the directory as the user that they otherwise change to.
        String user = System.getProperty("user.name").equals("root") ? "user root; " : "";
        return List.of(
            "nginx",
            "-p",
            directory.toString(),
            "-e",
            "stderr",
            "-c",
            file.toString(),
            "-g",
            user + "daemon off; pid nginx.pid;");
      }
    },

    HAPROXY {
      @Override
      String adapted(String guide, Path certificates, int port, int backend) throws IOException {
        Path both = certificates.resolve("both.pem");
        Files.writeString(
            both,
            Files.readString(certificates.resolve("cert.pem"))
                + Files.readString(certificates.resolve("key.pem")));
        // Without TLS there is no file to name.
        return Guide.replaced(
                Guide.replaced(guide, "bind :443", "bind 127.0.0.1:" + port),
                "127.0.0.1:8080",
                "127.0.0.1:" + backend)
            .replace("/etc/haproxy/events.example.com.pem", both.toString());
      }

      @Override
      List<String> command(Path directory, Path file) {
        return List.of("haproxy", "-db", "-f", file.toString());
      }
    },

    CADDY {
      @Override
      String adapted(String guide, Path certificates, int port, int backend) {
        // The certificate that it would get from an authority, and nothing on other ports. A client
        // in Java sends no server name that has no dot.
        return "{\n  admin off\n  auto_https disable_redirects\n  default_sni localhost\n}\n"
            + Guide.replaced(
                Guide.replaced(
                    guide,
                    "events.example.com {",
                    "https://localhost:%d {\n  tls %s %s"
                        .formatted(
                            port,
                            certificates.resolve("cert.pem"),
                            certificates.resolve("key.pem"))),
                "127.0.0.1:8080",
                "127.0.0.1:" + backend);
      }

      @Override
      List<String> command(Path directory, Path file) {
        return List.of("caddy", "run", "--adapter", "caddyfile", "--config", file.toString());
      }
    },

    APACHE2 {
      @Override
      String adapted(String guide, Path certificates, int port, int backend) {
        String modules =
            Stream.of(
                    "mpm_event",
                    "authz_core",
                    "alias",
                    "ssl",
                    "http2",
                    "proxy",
                    "proxy_http",
                    "rewrite",
                    "headers")
                .map(
                    name ->
                        "LoadModule %s_module /usr/lib/apache2/modules/mod_%s.so\n"
                            .formatted(name, name))
                .collect(Collectors.joining());
        return modules
            + """
            ServerRoot .
            DefaultRuntimeDir .
            PidFile pid
            ErrorLog /dev/stderr
            ServerName localhost
            Listen 127.0.0.1:%d
            """
                .formatted(port)
            + withCertificates(
                Guide.replaced(
                    Guide.replaced(guide, "<VirtualHost *:443>", "<VirtualHost *:" + port + ">"),
                    "127.0.0.1:8080",
                    "127.0.0.1:" + backend),
                certificates);
      }

      @Override
      List<String> command(Path directory, Path file) {
        return List.of(
            "apache2", "-d", directory.toString(), "-f", file.toString(), "-DFOREGROUND");
      }
    },

    LIGHTTPD {
      @Override
      String adapted(String guide, Path certificates, int port, int backend) {
        return """
        server.document-root = "/var/empty"
        server.bind = "127.0.0.1"
        server.port = %d
        server.modules = ()
        """
                .formatted(port)
            + withCertificates(
                Guide.replaced(
                    Guide.replaced(guide, "\":443\"", "\"127.0.0.1:" + port + "\""),
                    "\"port\" => 8080",
                    "\"port\" => " + backend),
                certificates);
      }

      @Override
      List<String> command(Path directory, Path file) {
        return List.of("lighttpd", "-D", "-f", file.toString());
      }
    },

    H2O {
      @Override
      String adapted(String guide, Path certificates, int port, int backend) {
        return (System.getProperty("user.name").equals("root") ? "user: root\n" : "")
            + withCertificates(
                Guide.replaced(
                    Guide.replaced(guide, "port: 443", "host: 127.0.0.1\n  port: " + port),
                    "127.0.0.1:8080",
                    "127.0.0.1:" + backend),
                certificates);
      }

      @Override
      List<String> command(Path directory, Path file) {
        return List.of("h2o", "-c", file.toString());
      }
    },

    SQUID {
      @Override
      String adapted(String guide, Path certificates, int port, int backend) {
        return """
        pid_filename none
        cache_log /dev/null
        access_log none
        shutdown_lifetime 0 seconds
        cache_effective_user proxy
        %s
        """
            .formatted(
                Guide.replaced(
                    Guide.replaced(guide, "http_port 80", "http_port 127.0.0.1:" + port),
                    "parent 8080",
                    "parent " + backend));
      }

      @Override
      List<String> command(Path directory, Path file) {
        // A service of its own name: two of one name would share memory.
        return List.of(
            "squid",
            "-N",
            "-n",
            "h" + Long.toString(System.nanoTime(), Character.MAX_RADIX),
            "-f",
            file.toString());
      }
    },

    VARNISHD {
      @Override
      String adapted(String guide, Path certificates, int port, int backend) {
        return "# " + port + "\n" + Guide.replaced(guide, "\"8080\"", "\"" + backend + "\"");
      }

      @Override
      List<String> command(Path directory, Path file) throws IOException {
        // Its address is no part of its configuration.
        String port = Files.readAllLines(file).getFirst().substring(2);
        return List.of(
            "varnishd",
            "-j",
            "none", // As another user it could not read its files here.
            "-F",
            "-a",
            "127.0.0.1:" + port,
            "-n",
            directory.resolve("work").toString(),
            "-s",
            "malloc,32m",
            "-f",
            file.toString());
      }

      @Override
      String debianPackage() {
        return "varnish";
      }
    };

    /** The guide's configuration, to be run here. */
    abstract String adapted(String guide, Path certificates, int port, int backend)
        throws IOException;

    abstract List<String> command(Path directory, Path file) throws IOException;

    String debianPackage() {
      return program();
    }

    /** Whether it speaks TLS and HTTP/2 to its readers here. */
    boolean isEncrypted() {
      return this != SQUID && this != VARNISHD;
    }

    private static String withCertificates(String guide, Path certificates) {
      return Guide.replaced(
          Guide.replaced(
              guide,
              "/etc/ssl/certs/events.example.com.pem",
              certificates.resolve("cert.pem").toString()),
          "/etc/ssl/private/events.example.com.key",
          certificates.resolve("key.pem").toString());
    }

    public String program() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Skips what cannot run here, and says so where it is seen. */
    public void assumeInstalled() {
      // Debian has them in directories that only root's PATH names.
      boolean installed =
          Stream.concat(
                  Arrays.stream(System.getenv("PATH").split(File.pathSeparator)),
                  Stream.of("/usr/sbin"))
              .anyMatch(directory -> Files.isExecutable(Path.of(directory, program())));
      if (!installed) {
        System.err.printf(
            "SKIPPED: nothing is known about Heliograph behind %s: install the package %s.%n",
            program(), debianPackage());
      }
      Assumptions.assumeTrue(installed, "needs the package " + debianPackage());
    }
  }

  private final Process process;
  private final int port;

  private Proxy(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts it and waits until it listens.
   *
   * @param certificates where cert.pem and key.pem are; it gets a directory in there
   * @param guide the configuration as the guide shows it, or changed
   * @param backend the server's port
   */
  public static Proxy start(Program program, Path certificates, String guide, int backend)
      throws Exception {
    Path directory = Files.createTempDirectory(certificates, "proxy");
    Path log = directory.resolve("log");
    // The port is another's if somebody took it since it was looked at: then the proxy ends.
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      int port = freePort();
      Path file = directory.resolve("config");
      Files.writeString(file, program.adapted(guide, certificates, port, backend));
      var builder =
          new ProcessBuilder(program.command(directory, file))
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      builder.environment().merge("PATH", "/usr/sbin", (path, more) -> path + ":" + more);
      builder.environment().put("HOME", directory.toString());
      builder.environment().put("XDG_DATA_HOME", directory.toString());
      builder.environment().put("XDG_CONFIG_HOME", directory.toString());
      var proxy = new Proxy(builder.start(), port);
      if (proxy.awaitListening()) {
        return proxy;
      }
      proxy.close();
    }
    throw new AssertionError(program.program() + " did not start: " + Files.readString(log));
  }

  /** A port of this machine on which nobody listens; somebody else may take it at any time. */
  public static int freePort() {
    while (true) {
      int port = FIRST_PORT + ThreadLocalRandom.current().nextInt(PORTS);
      if (!isListening(port)) {
        return port;
      }
    }
  }

  public int port() {
    return port;
  }

  private boolean awaitListening() throws InterruptedException {
    long since = System.nanoTime();
    while (process.isAlive() && System.nanoTime() - since < START.toNanos()) {
      if (isListening(port)) {
        return true;
      }
      Thread.sleep(10); // Nobody tells when it listens: it is asked again and again.
    }
    return false;
  }

  private static boolean isListening(int port) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    List<ProcessHandle> workers = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    workers.forEach(ProcessHandle::destroyForcibly);
    assertThat(process.isAlive()).isFalse();
  }
}
