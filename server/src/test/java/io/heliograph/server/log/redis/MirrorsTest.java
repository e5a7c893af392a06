package io.heliograph.server.log.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.UserId;
import io.heliograph.server.event.WallClock;
import io.heliograph.server.log.LogName;
import io.heliograph.server.log.Retention;
import io.heliograph.server.redis.Redis;
import io.heliograph.server.redis.RedisOptions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The logs that a node follows while there is no Redis. */
class MirrorsTest {

  private static final Retention KEPT = new Retention(10, 1 << 20, Duration.ofHours(1));
  private static final RedisOptions NOWHERE =
      new RedisOptions(
          List.of(new RedisOptions.Host("127.0.0.1", 1)),
          false,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          0,
          "test",
          0);

  @Test
  void aLogThatNobodyFollowsAnyMoreIsNotReadLater() {
    var times = new WallClock(NanoClock.SYSTEM, InstantSource.system());
    try (var redis = new Redis(NOWHERE);
        var mirrors =
            new Mirrors(
                redis,
                new Stored(redis, KEPT, KEPT, NanoClock.SYSTEM, times),
                KEPT,
                KEPT,
                1 << 20,
                NanoClock.SYSTEM,
                times)) {
      Mirror mirror = mirrors.follow(LogName.of(new UserId("alice")), null);
      assertThat(mirrors.isLater(mirror)).isTrue();

      mirrors.unfollow(mirror);
      assertThat(mirrors.isLater(mirror)).isFalse();
      assertThat(mirrors.mayLoad(mirror)).isFalse(); // A reader that still drains asks once more.
      assertThat(mirrors.isLater(mirror)).isFalse();
    }
  }
}
