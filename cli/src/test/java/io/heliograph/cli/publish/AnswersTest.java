package io.heliograph.cli.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.Shells;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.client.NewEvent;
import io.heliograph.client.Publication;
import io.heliograph.client.PublishResult;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class AnswersTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Answers answers =
      new Answers(Shells.of(Map.of(), OutputStream.nullOutputStream(), err), false);

  @Test
  void whatTheServerSaysIsCut() {
    String detail = "x".repeat(3_000_000);

    answers.failed(ExitCode.AUTH, 403, detail, "");
    assertThat(err.size()).isLessThan(5_000);

    NewEvent event = NewEvent.text("t", "x");
    answers.refused(
        new Source.Item(1, event),
        "line",
        new Publication(List.of("ann"), event),
        new PublishResult.Refused(403, "about:blank", detail));
    assertThat(err.size()).isLessThan(10_000);
  }
}
