package io.heliograph.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/**
 * Draws one plot as SVG: axes, lines, areas, bands. Colours are classes of the page's style sheet.
 * Not thread-safe.
 */
final class Plot {
  private static final int WIDTH = 560;
  private static final int HEIGHT = 210;
  private static final int LEFT = 58;
  private static final int RIGHT = 30;
  private static final int TOP = 12;
  private static final int BOTTOM = 28;

  private final double minX;
  private final double maxX;
  private final double minY;
  private final double maxY;
  private final boolean logY;
  private final StringBuilder under = new StringBuilder();
  private final StringBuilder over = new StringBuilder();

  private Plot(double minX, double maxX, double minY, double maxY, boolean logY) {
    this.minX = minX;
    this.maxX = Math.max(maxX, minX + 1e-9);
    this.minY = minY;
    this.maxY = Math.max(maxY, minY + 1e-9);
    this.logY = logY;
  }

  /** With a vertical axis from 0. */
  static Plot linear(double minX, double maxX, double maxY) {
    return new Plot(minX, maxX, 0, niceCeiling(maxY), false);
  }

  /** With a logarithmic vertical axis of whole decades. */
  static Plot logarithmic(double minX, double maxX, double least, double most) {
    double low = Math.pow(10, Math.floor(Math.log10(Math.max(1, least))));
    double high = Math.pow(10, Math.ceil(Math.log10(Math.max(10, most))));
    return new Plot(minX, maxX, low, Math.max(high, low * 10), true);
  }

  private static double niceCeiling(double value) {
    if (!(value > 0)) {
      return 1;
    }
    double step = Math.pow(10, Math.floor(Math.log10(value)));
    for (double factor : new double[] {1, 1.5, 2, 3, 4, 5, 6, 8}) {
      if (value <= factor * step) {
        return factor * step;
      }
    }
    return 10 * step;
  }

  private double x(double value) {
    return LEFT + (value - minX) / (maxX - minX) * (WIDTH - LEFT - RIGHT);
  }

  private double y(double value) {
    double share =
        logY
            ? Math.log10(Math.max(value, minY) / minY) / Math.log10(maxY / minY)
            : (value - minY) / (maxY - minY);
    return HEIGHT - BOTTOM - Math.clamp(share, 0, 1) * (HEIGHT - TOP - BOTTOM);
  }

  /** Labels of the vertical axis: decades, or quarters. */
  Plot verticalAxis(DoubleFunction<String> label) {
    if (logY) {
      for (double tick = minY; tick <= maxY * 1.001; tick *= 10) {
        horizontal(tick, label.apply(tick));
      }
    } else {
      for (int i = 0; i <= 4; i++) {
        horizontal(maxY * i / 4, label.apply(maxY * i / 4));
      }
    }
    return this;
  }

  private void horizontal(double value, String label) {
    under
        .append("<line class='grid' x1='%d' x2='%d'".formatted(LEFT, WIDTH - RIGHT))
        .append(" y1='%1$s' y2='%1$s'/>".formatted(n(y(value))))
        .append("<text class='tick' text-anchor='end' x='%d' ".formatted(LEFT - 8))
        .append("y='%s'>%s</text>".formatted(n(y(value) + 4), escaped(label)));
  }

  /** One label of the horizontal axis. */
  Plot tick(double value, String label) {
    under
        .append("<line class='grid' x1='%1$s' x2='%1$s' ".formatted(n(x(value))))
        .append("y1='%d' y2='%d'/>".formatted(TOP, HEIGHT - BOTTOM))
        .append("<text class='tick' text-anchor='middle' x='%s' ".formatted(n(x(value))))
        .append("y='%d'>%s</text>".formatted(HEIGHT - 8, escaped(label)));
    return this;
  }

  /** A span of the horizontal axis that is marked, with a label for the pointer. */
  Plot band(double from, double to, String style, String label) {
    double left = x(Math.clamp(from, minX, maxX));
    double right = x(Math.clamp(to, minX, maxX));
    under.append(rectangle(style, left, Math.max(1.5, right - left), label));
    return this;
  }

  private static String rectangle(String style, double left, double width, String label) {
    return "<rect class='%s' x='%s' y='%d' width='%s' height='%d'><title>%s</title></rect>"
        .formatted(style, n(left), TOP, n(width), HEIGHT - TOP - BOTTOM, escaped(label));
  }

  /** A line through the points; where a value is NaN it is broken. */
  Plot line(List<double[]> points, String style) {
    var path = new StringBuilder();
    boolean pen = false;
    for (double[] point : points) {
      if (Double.isNaN(point[1])) {
        pen = false;
        continue;
      }
      path.append(pen ? 'L' : 'M').append(at(point));
      pen = true;
    }
    over.append("<path class='line ").append(style).append("' d='").append(path).append("'/>");
    return this;
  }

  /** The same, filled down to the axis. */
  Plot area(List<double[]> points, String style) {
    var known = new ArrayList<double[]>();
    points.stream().filter(point -> !Double.isNaN(point[1])).forEach(known::add);
    if (known.isEmpty()) {
      return this;
    }
    var path = new StringBuilder();
    path.append('M').append(n(x(known.getFirst()[0]))).append(' ').append(HEIGHT - BOTTOM);
    for (double[] point : known) {
      path.append('L').append(at(point));
    }
    path.append('L')
        .append(n(x(known.getLast()[0])))
        .append(' ')
        .append(HEIGHT - BOTTOM)
        .append('Z');
    over.append("<path class='area ").append(style).append("' d='").append(path).append("'/>");
    return this;
  }

  /** Rectangles of one colour; each is left, right, lower and upper edge. */
  Plot cells(List<double[]> cells, String style) {
    var path = new StringBuilder();
    for (double[] cell : cells) {
      double left = x(cell[0]);
      double top = y(cell[3]);
      path.append('M').append(n(left)).append(' ').append(n(top));
      path.append('h').append(n(x(cell[1]) - left)).append('v').append(n(y(cell[2]) - top));
      path.append('H').append(n(left)).append('z');
    }
    over.append("<path class='").append(style).append("' d='").append(path).append("'/>");
    return this;
  }

  /** What the pointer is told over a part of the plot. */
  Plot hint(double from, double to, String text) {
    over.append(rectangle("hint", x(from), Math.max(0.5, x(to) - x(from)), text));
    return this;
  }

  String svg(String description) {
    return "<svg viewBox='0 0 %d %d' role='img' aria-label='%s'>"
            .formatted(WIDTH, HEIGHT, escaped(description))
        + under
        + over
        + "</svg>";
  }

  private String at(double[] point) {
    return n(x(point[0])) + ' ' + n(y(point[1]));
  }

  /** With a point, whatever the locale. */
  private static String n(double pixels) {
    return String.format(Locale.ROOT, "%.1f", pixels);
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("'", "&#39;")
        .replace("\"", "&quot;");
  }
}
