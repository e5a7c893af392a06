package io.heliograph.cli.report;

import static io.heliograph.cli.report.Plot.escaped;

import java.util.List;

/** A plot with its title and legend, as HTML. Pure. */
final class Figure {
  private Figure() {}

  /**
   * Adds one to a page.
   *
   * @param legend pairs of a line's classes and its name
   */
  static void add(
      StringBuilder html, String title, String subtitle, Plot plot, List<String[]> legend) {
    html.append("<figure><figcaption><h2>")
        .append(escaped(title))
        .append("</h2><span>")
        .append(escaped(subtitle))
        .append("</span><span class='legend'>");
    for (String[] entry : legend) {
      html.append("<span><i class='key ")
          .append(entry[0])
          .append("'></i>")
          .append(escaped(entry[1]))
          .append("</span> ");
    }
    html.append("</span></figcaption>").append(plot.svg(title)).append("</figure>");
  }
}
