package io.heliograph.cli.publish;

import java.util.concurrent.TimeUnit;

/**
 * How many events are due at a constant rate. What could not be sent in time is made up for, but no
 * more than a second's worth: an input that paused is no reason for a flood. Pure: time comes in as
 * an argument.
 */
final class Pacer {
  private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

  private final double perSecond;
  private double due = 1;
  private long lastNanos;

  Pacer(double perSecond, long nowNanos) {
    this.perSecond = perSecond;
    this.lastNanos = nowNanos;
  }

  /** How many are due now. */
  int due(long nowNanos) {
    due = Math.min(Math.max(1, perSecond), due + (nowNanos - lastNanos) / NANOS * perSecond);
    lastNanos = nowNanos;
    return (int) Math.min(due, Integer.MAX_VALUE);
  }

  void sent(int events) {
    due -= events;
  }

  /** How long it is until another one is due; 0 if one is. */
  long waitNanos() {
    return due >= 1 ? 0 : (long) Math.ceil((1 - due) / perSecond * NANOS);
  }
}
