package io.heliograph.cli.simulate;

import io.heliograph.cli.load.plan.Target;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that name a server other than Heliograph. */
final class TargetOptions {
  @Option(
      names = "--subscribe-url",
      paramLabel = "URL",
      description = "URL of a user's stream. {user} is replaced by the user's name.")
  @Nullable String subscribe;

  @Option(
      names = "--publish-url",
      paramLabel = "URL",
      description =
          "URL to which events are posted. {user} must be in this URL or in --publish-body.")
  @Nullable String publish;

  @Option(
      names = "--publish-body",
      paramLabel = "TEXT",
      description =
          "Body of a publish request. Must contain {envelope}. Default: '" + Target.DATA + "'.")
  String body = Target.DATA;
}
