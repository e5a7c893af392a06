package io.heliograph.cli.publish;

import io.heliograph.cli.shell.ExitCode;
import io.heliograph.client.Publication;
import java.io.IOException;
import java.util.List;

record DryRun(List<List<String>> groups, Answers answers) {
  private static final int AT_ONCE = 100;

  ExitCode run(Source source) {
    try {
      for (List<Source.Item> items = source.next(AT_ONCE);
          !items.isEmpty();
          items = source.next(AT_ONCE)) {
        for (Source.Item item : items) {
          for (List<String> users : groups) {
            answers.wouldSend(item, source.unit(), new Publication(users, item.event()));
          }
        }
      }
      return ExitCode.OK;
    } catch (IOException | Source.BadLineException e) {
      return answers.failed(ExitCode.USAGE, 0, String.valueOf(e.getMessage()), "");
    }
  }
}
