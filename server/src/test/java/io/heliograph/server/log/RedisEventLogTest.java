package io.heliograph.server.log;

import static org.awaitility.Awaitility.await;

import io.heliograph.server.log.redis.RedisEventLog;
import io.heliograph.server.redis.Redis;
import io.heliograph.server.redis.RedisOptions;
import io.heliograph.server.redis.RedisProcess;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A log in a real Redis does what every log must do. */
class RedisEventLogTest extends EventLogContract {

  private static final AtomicInteger LOGS = new AtomicInteger();

  private static RedisProcess server;

  @BeforeAll
  static void start() {
    server = RedisProcess.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Override
  EventLog open(Retention retention) {
    var options =
        new RedisOptions(
            List.of(new RedisOptions.Host("127.0.0.1", server.port())),
            false,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            0,
            "test" + LOGS.incrementAndGet(),
            0);
    var redis = new Redis(options);
    await().atMost(Duration.ofSeconds(20)).until(() -> redis.fault().isEmpty());
    return new RedisEventLog(
        redis,
        retention,
        retention,
        64 << 20,
        nanos::get,
        () -> Instant.EPOCH.plusNanos(nanos.get()));
  }
}
