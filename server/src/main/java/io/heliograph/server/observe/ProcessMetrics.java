package io.heliograph.server.observe;

import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.instrumentation.jvm.JvmBufferPoolMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmRuntimeInfoMetric;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/**
 * The metrics of the process, shared by all servers in it.
 *
 * <p>The class is loaded by the first scrape, because the beans of {@code java.lang.management}
 * take longer to load than a server takes to start.
 */
final class ProcessMetrics {

  static final PrometheusRegistry REGISTRY = new PrometheusRegistry();

  static {
    Info.builder()
        .name(Metrics.PREFIX + "build_info")
        .help("Always 1, with the version of the server as a label.")
        .labelNames("version")
        .register(REGISTRY)
        .setLabelValues(Version.current());
    io.prometheus.metrics.instrumentation.jvm.ProcessMetrics.builder().register(REGISTRY);
    JvmMemoryMetrics.builder().register(REGISTRY);
    JvmGarbageCollectorMetrics.builder().register(REGISTRY);
    JvmThreadsMetrics.builder().register(REGISTRY);
    JvmBufferPoolMetrics.builder().register(REGISTRY);
    JvmRuntimeInfoMetric.builder().register(REGISTRY);
  }

  private ProcessMetrics() {}
}
