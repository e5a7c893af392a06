package io.heliograph.server.log.file;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;

/** A disk in memory that fails, fills up and forgets what was not synced, as a seed says. */
final class SimDisk implements Disk {

  private static final int SECTOR = 512;

  private final Random random;
  private Map<String, Content> names = new HashMap<>();
  private Map<String, Content> syncedNames = new HashMap<>();
  private long stepsLeft = Long.MAX_VALUE;
  private Failure failure = Failure.CRASH;
  private boolean crashed;
  private boolean copying;
  private int syncs;
  private long bytesRead;

  /** What happens at the step that fails. */
  enum Failure {
    /** The process is killed. */
    CRASH,
    /** A sync fails; what it should have synced may be lost. */
    SYNC_FAILS,
    /** There is no space left. */
    FULL
  }

  /** The process was killed. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  private static final class Content {
    private byte[] bytes = new byte[256];
    private int size;
    private int synced;

    void append(byte[] more, int length) {
      if (size + length > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(size + length, bytes.length * 2));
      }
      System.arraycopy(more, 0, bytes, size, length);
      size += length;
    }
  }

  SimDisk(Random random) {
    this.random = random;
  }

  /** Fails at a later step. */
  void failAfter(long steps, Failure what) {
    stepsLeft = steps;
    failure = what;
  }

  /** How many times a file was synced. */
  int syncs() {
    return syncs;
  }

  /** Whether the process was killed. */
  boolean isKilled() {
    return crashed;
  }

  /** Whether a copy is being made. */
  void copying(boolean now) {
    copying = now;
  }

  /** What the next process finds. */
  void restart(boolean powerLoss) {
    stepsLeft = Long.MAX_VALUE;
    crashed = false;
    if (!powerLoss) {
      return;
    }
    if (random.nextBoolean()) {
      names = new HashMap<>(syncedNames);
    }
    for (Content file : names.values()) {
      loseUnsynced(file);
      file.synced = file.size;
    }
    syncedNames = new HashMap<>(names);
  }

  private void loseUnsynced(Content file) {
    switch (random.nextInt(4)) {
      case 0 -> file.size = file.synced;
      case 1 -> file.size = file.synced + random.nextInt(file.size - file.synced + 1);
      case 2 -> {} // All of it is there.
      default -> {
        for (int at = file.synced; at < file.size; ) {
          int end = Math.min(file.size, (at / SECTOR + 1) * SECTOR);
          if (random.nextInt(3) == 0) {
            Arrays.fill(file.bytes, at, end, (byte) 0);
          }
          at = end;
        }
      }
    }
  }

  /** Flips a bit of a file; false if there is none with that ending. */
  boolean flip(String ending) {
    List<String> candidates = new ArrayList<>();
    for (String name : new TreeSet<>(names.keySet())) {
      if (name.endsWith(ending) && content(name).size > 0) {
        candidates.add(name);
      }
    }
    if (candidates.isEmpty()) {
      return false;
    }
    Content file = content(candidates.get(random.nextInt(candidates.size())));
    file.bytes[random.nextInt(file.size)] ^= (byte) (1 << random.nextInt(8));
    return true;
  }

  /** Flips a bit of the first place of a file where a text is. */
  void damage(String name, String text) {
    Content file = content(name);
    int at = new String(file.bytes, 0, file.size, ISO_8859_1).indexOf(text);
    if (at < 0) {
      throw new AssertionError("'" + text + "' is not in " + name);
    }
    file.bytes[at] ^= 1;
  }

  /** How many bytes were read so far. */
  long bytesRead() {
    return bytesRead;
  }

  private Content content(String name) {
    return names.getOrDefault(name, new Content());
  }

  /** The size of all files whose names end so. */
  long bytes(String ending) {
    return names.entrySet().stream()
        .filter(entry -> entry.getKey().endsWith(ending))
        .mapToLong(entry -> entry.getValue().size)
        .sum();
  }

  private boolean failsNow(Failure... kinds) {
    if (crashed) {
      throw new Killed();
    }
    if (stepsLeft > 0 && stepsLeft != Long.MAX_VALUE) {
      stepsLeft--;
    }
    return stepsLeft == 0 && Arrays.asList(kinds).contains(failure);
  }

  private void step() {
    if (failsNow(Failure.CRASH)) {
      crashed = true;
      throw new Killed();
    }
  }

  @Override
  public synchronized List<String> list() {
    return List.copyOf(names.keySet());
  }

  @Override
  public synchronized File open(String name) {
    step();
    return new Opened(names.computeIfAbsent(name, _ -> new Content()));
  }

  @Override
  public synchronized void delete(String name) {
    step();
    names.remove(name);
  }

  @Override
  public synchronized void replace(String from, String to) throws IOException {
    step();
    Content content = names.remove(from);
    if (content == null) {
      throw new IOException("no file " + from);
    }
    names.put(to, content);
  }

  @Override
  public synchronized void sync() throws IOException {
    step();
    if (failsNow(Failure.SYNC_FAILS)) {
      throw new IOException("sync failed");
    }
    syncedNames = new HashMap<>(names);
  }

  @Override
  public boolean lockDeletes() {
    return !copying;
  }

  @Override
  public void unlockDeletes() {}

  @Override
  public synchronized long size(String name) {
    return content(name).size;
  }

  @Override
  public synchronized void read(String name, ByteBuffer into, long from) throws IOException {
    Content content = names.get(name);
    if (content == null) {
      throw new IOException("no file " + name);
    }
    int length = (int) Math.min(into.remaining(), Math.max(0, content.size - from));
    bytesRead += length;
    into.put(content.bytes, (int) Math.min(from, content.size), length);
  }

  @Override
  public void close() {}

  private final class Opened implements File {
    private final Content content;

    Opened(Content content) {
      this.content = content;
    }

    @Override
    public void append(ByteBuffer bytes) throws IOException {
      var more = new byte[bytes.remaining()];
      bytes.get(more);
      synchronized (SimDisk.this) {
        boolean full = failsNow(Failure.FULL);
        boolean killed = !full && failsNow(Failure.CRASH);
        boolean whole = !full && !killed;
        content.append(more, whole ? more.length : random.nextInt(more.length + 1));
        if (full) {
          throw new IOException("No space left on device");
        }
        if (killed) {
          crashed = true;
          throw new Killed();
        }
      }
    }

    @Override
    public void sync() throws IOException {
      synchronized (SimDisk.this) {
        step();
        syncs++;
        if (failsNow(Failure.SYNC_FAILS)) {
          throw new IOException("Input/output error");
        }
        content.synced = content.size;
      }
    }

    @Override
    public void truncate(long size) {
      synchronized (SimDisk.this) {
        step();
        content.size = (int) size;
        content.synced = Math.min(content.synced, content.size);
      }
    }

    @Override
    public void close() {}
  }
}
