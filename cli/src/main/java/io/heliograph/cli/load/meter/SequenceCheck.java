package io.heliograph.cli.load.meter;

import java.util.ArrayList;
import java.util.List;

/**
 * Holds what one user receives of one log against the numbers 0, 1, 2, … Costs constant time and,
 * while nothing is missing, constant memory. Confined to the thread that reads the user's stream;
 * the audit comes after it.
 */
final class SequenceCheck {
  enum Arrival {
    /** The next one, or one after a hole. */
    NEW,
    /** One that was missing, behind others that were sent later. */
    LATE,
    /** One that this connection has brought before. */
    DOUBLE,
    /** One that an earlier connection has brought: at least once, after a return. */
    AGAIN
  }

  /** How many events one gap admits to have lost, in all the logs that it concerns. */
  static final class Loss {
    private long left;

    /** {@link Long#MAX_VALUE} where the server did not know. */
    Loss(long count) {
      left = count;
    }
  }

  /** What the reader was told to have lost. */
  private record Announced(long from, long last, Loss loss) {}

  /** What was open when the user returned: the numbers that the server had to send again. */
  private record Return(long from, long last) {}

  // One above the highest that was seen.
  private long next;
  // Numbers below were seen, or missed, before this connection.
  private long connectionStart;
  private long lastAgain = -1;
  private long lastDisplacement;
  // Below next and not seen.
  private final Sequences missing = new Sequences();
  // Published while there was no way to receive it, not even later.
  private final Sequences notOwed = new Sequences();
  private final List<Announced> announced = new ArrayList<>(0);
  private final List<Return> returns = new ArrayList<>(0);

  Arrival see(long sequence) {
    if (sequence >= next) {
      missing.add(next, sequence - 1);
      next = sequence + 1;
      return Arrival.NEW;
    }
    if (missing.remove(sequence)) {
      lastDisplacement = next - 1 - sequence;
      return Arrival.LATE;
    }
    if (notOwed.remove(sequence)) {
      return Arrival.NEW; // Sent while the stream was being opened: it need not come, but may.
    }
    if (sequence < connectionStart && sequence > lastAgain) {
      lastAgain = sequence;
      return Arrival.AGAIN;
    }
    return Arrival.DOUBLE;
  }

  /** One above the highest that has come, or that was published before anything could come. */
  long next() {
    return next;
  }

  /** How many places behind the last {@link Arrival#LATE} one came. */
  long lastDisplacement() {
    return lastDisplacement;
  }

  /** From here on only a connection that begins now can receive. */
  void firstConnection(long issued) {
    notOwed.add(0, issued - 1);
    next = issued;
    connectionStart = issued;
  }

  /** The user is back; what it missed is owed if it told where it was. */
  void returned(long issued, boolean resumes) {
    if (resumes) {
      returns.add(new Return(next, issued - 1));
    } else {
      notOwed.add(next, issued - 1);
      next = Math.max(next, issued);
    }
    connectionStart = next;
    lastAgain = -1;
  }

  /**
   * The server told of a loss; it concerns what was published by now and not seen.
   *
   * @param loss shared with the other logs that the same gap concerns
   */
  void gap(long issued, Loss loss) {
    announced.add(new Announced(next, issued - 1, loss));
  }

  /** What the numbers say once all is over; those from {@code mayComeFrom} on may still come. */
  Audit audit(SentLog sent, long mayComeFrom) {
    missing.add(next, sent.issued() - 1);
    var audit = new Audit();
    missing.forEach(
        n -> {
          if (notOwed.contains(n) || sent.wasRefused(n) || sent.isUnsure(n)) {
            return;
          }
          if (announce(n)) {
            audit.announced++;
          } else if (n >= mayComeFrom) {
            audit.pending++;
          } else {
            audit.silentSequences.add(n);
          }
        });
    notOwed.forEach(
        n -> {
          if (!sent.wasRefused(n) && !sent.isUnsure(n)) {
            audit.missedAway++;
          }
        });
    audit.owed = sent.issued() - sent.notOwed() - audit.missedAway;
    for (Return back : returns) {
      audit.returns.add(
          audit.silentSequences.stream().anyMatch(n -> n >= back.from && n <= back.last));
    }
    return audit;
  }

  private boolean announce(long sequence) {
    for (Announced gap : announced) {
      if (sequence >= gap.from && sequence <= gap.last && gap.loss.left > 0) {
        gap.loss.left--;
        return true;
      }
    }
    return false;
  }

  static final class Audit {
    long owed;
    long announced;
    long pending;
    // Published while the user was away from a server that cannot resume.
    long missedAway;
    final List<Long> silentSequences = new ArrayList<>(0);
    // For each return: whether something of what it should have brought is silently lost.
    final List<Boolean> returns = new ArrayList<>(0);

    long silent() {
      return silentSequences.size();
    }
  }
}
