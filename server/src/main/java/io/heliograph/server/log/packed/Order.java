package io.heliograph.server.log.packed;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Elements in the order of their latest use. Neighbors are numbers in two arrays, so a move
 * allocates nothing and leaves nothing behind that a garbage collection must look at. Its owner
 * guards it.
 */
public final class Order<T> {

  /** The place of what is in no order. */
  public static final int NOWHERE = -1;

  private static final int SMALLEST = 4;
  private static final int[] NO_PLACES = {};

  private int[] before = NO_PLACES;
  private int[] after = NO_PLACES; // Of a free place: the next free one.
  private final List<@Nullable T> elements = new ArrayList<>(0);
  private int first = NOWHERE;
  private int last = NOWHERE;
  private int free = NOWHERE;

  /** Adds an element as the latest used, and answers its place, which stays until it is removed. */
  public int add(T element) {
    int place = free;
    if (place == NOWHERE) {
      place = elements.size();
      if (place == before.length) {
        before = Arrays.copyOf(before, Math.max(SMALLEST, place * 2));
        after = Arrays.copyOf(after, before.length);
      }
      elements.add(element);
    } else {
      free = after[place];
      elements.set(place, element);
    }
    append(place);
    return place;
  }

  /** Makes the element the latest used. */
  public void moveLast(int place) {
    if (place != last) {
      unlink(place);
      append(place);
    }
  }

  /** Takes an element out; its place will be another's. */
  public void remove(int place) {
    if (elements.set(place, null) == null) {
      throw new NoSuchElementException("nothing is at place " + place);
    }
    unlink(place);
    after[place] = free;
    free = place;
  }

  /** The element that was used before all others; null if there is none. */
  public @Nullable T first() {
    return first == NOWHERE ? null : elements.get(first);
  }

  private void append(int place) {
    before[place] = last;
    after[place] = NOWHERE;
    if (last == NOWHERE) {
      first = place;
    } else {
      after[last] = place;
    }
    last = place;
  }

  private void unlink(int place) {
    if (place == first) {
      first = after[place];
    } else {
      after[before[place]] = after[place];
    }
    if (place == last) {
      last = before[place];
    } else {
      before[after[place]] = before[place];
    }
  }
}
