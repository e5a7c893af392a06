package io.heliograph.server.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisNoScriptException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Runs keep their order though Redis has forgotten their script. */
class OrderedRunsTest {

  private final List<String> sent = new ArrayList<>();
  private final Map<String, CompletableFuture<List<Object>>> answers = new HashMap<>();
  private final OrderedRuns runs =
      new OrderedRuns(
          (keys, args, text) -> {
            String name = new String(args[0], Redis.UTF_8);
            sent.add(text ? name + " with text" : name);
            answers.put(name, new CompletableFuture<>());
            return answerTo(name);
          });

  private CompletableFuture<List<Object>> run(String key, String name) {
    return runs.run(new String[] {key}, new byte[][] {name.getBytes(Redis.UTF_8)});
  }

  private CompletableFuture<List<Object>> answerTo(String name) {
    return Objects.requireNonNull(answers.get(name));
  }

  private void answer(String name) {
    answerTo(name).complete(List.of(name));
  }

  private void refuse(String name) {
    answerTo(name).completeExceptionally(new RedisNoScriptException("NOSCRIPT"));
  }

  private List<String> sentSinceLast() {
    List<String> since = List.copyOf(sent);
    sent.clear();
    return since;
  }

  @Test
  void noLaterCallOvertakesOneThatIsSentAgain() {
    var one = run("a", "one");
    var two = run("a", "two");
    assertThat(sentSinceLast()).containsExactly("one", "two");
    refuse("one");
    var three = run("a", "three");
    assertThat(sentSinceLast()).isEmpty();
    refuse("two");
    assertThat(sentSinceLast()).containsExactly("one with text", "two", "three");
    var four = run("a", "four");
    assertThat(sentSinceLast()).containsExactly("four");

    answer("one");
    answer("two");
    answer("three");
    answer("four");
    assertThat(one.join()).containsExactly("one");
    assertThat(two.join()).containsExactly("two");
    assertThat(three.join()).containsExactly("three");
    assertThat(four.join()).containsExactly("four");
  }

  /** Another node has had Redis know the script again, between two calls. */
  @Test
  void aCallThatWasOvertakenFails() {
    var one = run("a", "one");
    var other = run("b", "other");
    var two = run("a", "two");
    refuse("one");
    refuse("other");
    answer("two");

    assertThat(two.join()).containsExactly("two");
    assertThatThrownBy(one::join).hasCauseInstanceOf(RedisException.class);
    assertThat(sentSinceLast()).containsExactly("one", "other", "two", "other with text");
    answer("other");
    assertThat(other.join()).containsExactly("other");
  }

  @Test
  void aCallThatFailsHoldsUpNoOther() {
    var one = run("a", "one");
    var two = run("a", "two");
    refuse("one");
    answerTo("two").completeExceptionally(new RedisException("timeout"));

    assertThatThrownBy(one::join).hasCauseInstanceOf(RedisException.class);
    assertThatThrownBy(two::join).hasCauseInstanceOf(RedisException.class);
    sentSinceLast();
    var three = run("a", "three");
    assertThat(sentSinceLast()).containsExactly("three");
    answer("three");
    assertThat(three.join()).containsExactly("three");
  }
}
