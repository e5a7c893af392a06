package io.heliograph.cli.simulate;

import io.heliograph.cli.load.plan.Target;
import io.heliograph.cli.option.Headers;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that name a server other than Heliograph. */
final class ForeignOptions {
  @Option(
      names = "--subscribe-url",
      paramLabel = "URL",
      required = true,
      description = "Where a user listens; {user} stands for its name.")
  String subscribe = "";

  @Option(
      names = "--publish-url",
      paramLabel = "URL",
      description = "Where an event for a user is posted to.")
  @Nullable String publish;

  @Option(
      names = "--broadcast-url",
      paramLabel = "URL",
      description = "Where an event for everybody is posted to.")
  @Nullable String broadcast;

  @Option(
      names = "--publish-body",
      paramLabel = "TEXT",
      description = "What is posted; {envelope} must be in it. Default: '" + Target.DATA + "'.")
  @Nullable String body;

  @Option(
      names = "--publish-header",
      paramLabel = "'K: V'",
      converter = Headers.Converter.class,
      description = "Send this header with each publish; @FILE: those in its lines. Repeatable.")
  List<Headers> headers = List.of();
}
