package io.heliograph.server.limit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BodyMemoryTest {

  private static final long LIMIT = 100 << 20;

  private final BodyMemory memory = new BodyMemory(LIMIT);

  @Test
  void largeBodiesLeaveRoomForSmallOnes() {
    try (var large = memory.open();
        var small = memory.open()) {
      assertThat(large.grow(LIMIT * 3 / 4)).isTrue();
      assertThat(large.grow(1)).isFalse();
      assertThat(memory.open().grow(BodyMemory.SMALL_BYTES + 1)).isFalse();

      assertThat(small.grow(BodyMemory.SMALL_BYTES)).isTrue();
      assertThat(small.grow(1)).isFalse();
    }
  }

  @Test
  void evenSmallBodiesAreBounded() {
    int parts = 0;
    while (memory.open().grow(BodyMemory.SMALL_BYTES)) {
      parts++;
    }

    assertThat(parts).isEqualTo((int) (LIMIT / BodyMemory.SMALL_BYTES));
    assertThat(memory.taken()).isEqualTo(LIMIT);
  }

  @Test
  void whatWasTakenIsGivenBackOnce() {
    var part = memory.open();
    part.grow(10);
    part.force(LIMIT);
    part.shrink(5);
    assertThat(memory.taken()).isEqualTo(LIMIT + 5);

    part.close();
    part.close();

    assertThat(memory.taken()).isZero();
  }
}
