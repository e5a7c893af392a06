package io.heliograph.cli.simulate;

import io.heliograph.cli.load.observe.ProcFs;
import io.heliograph.cli.load.plan.SimulatePlan.EngineKind;
import io.heliograph.cli.load.result.Json;
import io.heliograph.cli.load.run.Calibration;
import io.heliograph.cli.load.run.Calibration.Point;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps calibrations in the user's cache directory, one file a machine and engine. */
final class Calibrations {
  private static final String SCHEMA = "sse-cli/calibration/1";

  private final Path directory;

  Calibrations(Shell shell) {
    String cache = shell.variable("XDG_CACHE_HOME");
    // The standard wants relative ones ignored.
    boolean given = cache != null && cache.startsWith("/");
    directory =
        (given
                ? Path.of(String.valueOf(cache))
                : Path.of(System.getProperty("user.home"), ".cache"))
            .resolve("sse-cli");
  }

  Path file(EngineKind engine) {
    return directory.resolve("calibration-" + ProcFs.hostName() + "-" + engine + ".json");
  }

  /**
   * Keeps it instead of the one before.
   *
   * @throws IOException if the directory cannot be written
   */
  void keep(Calibration calibration) throws IOException {
    var root = new LinkedHashMap<String, @Nullable Object>();
    root.put("schema", SCHEMA);
    root.put("host", calibration.host());
    root.put("engine", calibration.engine().toString());
    root.put("processors", (long) calibration.processors());
    root.put("java", calibration.java());
    root.put("measuredAt", calibration.measuredAt());
    root.put("mostPerSecond", calibration.mostPerSecond());
    var points = new ArrayList<Map<String, @Nullable Object>>();
    for (Point point : calibration.points()) {
      var map = new LinkedHashMap<String, @Nullable Object>();
      map.put("users", point.users());
      map.put("rate", point.rate());
      map.put("p50Us", point.p50Us());
      map.put("p99Us", point.p99Us());
      points.add(map);
    }
    root.put("points", points);
    Path file = file(calibration.engine());
    Files.createDirectories(directory);
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(fresh, Json.write(root, true) + "\n");
    Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /** The one of this machine as it is now. What cannot be read is none: it is a cache. */
  Optional<Calibration> find(EngineKind engine) {
    Path file = file(engine);
    if (!Files.isReadable(file)) {
      return Optional.empty();
    }
    try {
      Calibration found = read(engine, Json.read(Files.readString(file)));
      boolean same = found.processors() == Runtime.getRuntime().availableProcessors();
      return same && !found.points().isEmpty() ? Optional.of(found) : Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Calibration read(EngineKind engine, @Nullable Object json) {
    if (!(json instanceof Map<?, ?> root)
        || !SCHEMA.equals(root.get("schema"))
        || !(root.get("points") instanceof List<?> list)) {
      throw new IllegalArgumentException("no calibration");
    }
    var points = new ArrayList<Point>();
    for (Object item : list) {
      if (item instanceof Map<?, ?> point) {
        points.add(
            new Point(
                number(point, "users"),
                number(point, "rate"),
                number(point, "p50Us"),
                number(point, "p99Us")));
      }
    }
    return new Calibration(
        String.valueOf(root.get("host")),
        engine,
        (int) number(root, "processors"),
        String.valueOf(root.get("java")),
        String.valueOf(root.get("measuredAt")),
        number(root, "mostPerSecond"),
        points);
  }

  private static double number(Map<?, ?> map, String name) {
    if (map.get(name) instanceof Number number) {
      return number.doubleValue();
    }
    throw new IllegalArgumentException(name + " is missing");
  }
}
