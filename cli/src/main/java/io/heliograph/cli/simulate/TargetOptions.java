package io.heliograph.cli.simulate;

import io.heliograph.cli.load.plan.Target;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that name a server other than Heliograph. */
final class TargetOptions {
  @Option(
      names = "--subscribe-url",
      paramLabel = "URL",
      description = "Where a user reads its stream; {user} stands for the user's name.")
  @Nullable String subscribe;

  @Option(
      names = "--publish-url",
      paramLabel = "URL",
      description =
          "Where an event for a user is posted to. {user} must be in the URL or in --publish-body.")
  @Nullable String publish;

  @Option(
      names = "--publish-body",
      paramLabel = "TEXT",
      description = "The posted body; must contain {envelope}. Default: '" + Target.DATA + "'.")
  String body = Target.DATA;
}
