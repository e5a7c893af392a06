package io.heliograph.server.proxy;

class CaddyTest extends ProxyContract {

  private static final String REVERSE_PROXY = "reverse_proxy 127.0.0.1:8080";

  CaddyTest() {
    super(Proxy.Program.CADDY);
  }

  @Override
  String withIdleLimit(String guide, String limit) {
    return Guide.replaced(
        guide,
        REVERSE_PROXY,
        REVERSE_PROXY + " {\n transport http {\n read_timeout " + limit + "\n}\n}");
  }

  @Override
  String withCompression(String guide) {
    return Guide.replaced(guide, REVERSE_PROXY, "encode gzip\n" + REVERSE_PROXY);
  }
}
