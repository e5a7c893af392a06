package io.heliograph.cli.load.plan;

import java.net.URI;
import javax.net.ssl.SSLSocketFactory;
import okhttp3.OkHttpClient;

/** How requests reach the server: TLS, proxy, version of HTTP. Thread-safe. */
public interface Way {
  /** Straight to the server, with the certificates that Java trusts. */
  Way DIRECT =
      new Way() {
        @Override
        public OkHttpClient.Builder to(OkHttpClient.Builder http) {
          return http;
        }

        @Override
        public boolean isPlain(URI target) {
          return true;
        }

        @Override
        public SSLSocketFactory tlsSockets() {
          return (SSLSocketFactory) SSLSocketFactory.getDefault();
        }

        @Override
        public boolean checksNames() {
          return true;
        }
      };

  /** Gives it to an HTTP client. */
  OkHttpClient.Builder to(OkHttpClient.Builder http);

  /** Whether HTTP/1.1 on a socket of our own reaches this server: no proxy, no HTTP/2. */
  boolean isPlain(URI target);

  /** Makes the sockets of TLS. */
  SSLSocketFactory tlsSockets();

  /** Whether a certificate must be for the server's name. */
  boolean checksNames();
}
