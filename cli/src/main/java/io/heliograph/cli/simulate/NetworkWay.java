package io.heliograph.cli.simulate;

import io.heliograph.cli.access.Network;
import io.heliograph.cli.load.plan.Way;
import java.net.Proxy;
import java.net.URI;
import javax.net.ssl.SSLSocketFactory;
import okhttp3.OkHttpClient;

/** The way to the server that the access options name. */
record NetworkWay(Network network) implements Way {
  @Override
  public OkHttpClient.Builder to(OkHttpClient.Builder http) {
    return network.to(http);
  }

  @Override
  public boolean isPlain(URI target) {
    return network.proxy(target).equals(Proxy.NO_PROXY) && !network.mayBeHttp2();
  }

  @Override
  public SSLSocketFactory tlsSockets() {
    return network.tlsSockets();
  }

  @Override
  public boolean checksNames() {
    return network.checksNames();
  }
}
