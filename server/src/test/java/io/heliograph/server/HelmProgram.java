package io.heliograph.server;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.nio.file.Path;

/**
 * Lints a chart, or prints what it becomes with a file of values. A program of its own, because
 * Helm brings Go's runtime into the process, signal handlers included.
 */
final class HelmProgram {

  private HelmProgram() {}

  public static void main(String[] args) {
    var helm = new Helm(Path.of(args[1]));
    if (args[0].equals("lint")) {
      LintResult lint = helm.lint().strict().call();
      lint.getMessages().forEach(System.out::println);
      System.exit(lint.isFailed() ? 1 : 0);
    }
    System.out.print(
        helm.template()
            .withName("push")
            .withKubeVersion("v1.33.0") // The library's own is older than the chart allows.
            .withValuesFile(Path.of(args[2]))
            .call());
  }
}
