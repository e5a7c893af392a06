package io.heliograph.cli.simulate;

import io.heliograph.cli.load.plan.Numbers;
import io.heliograph.cli.load.plan.Plan;
import io.heliograph.cli.load.plan.Storm;
import io.heliograph.cli.load.plan.Target;
import io.heliograph.cli.load.result.Threshold;
import io.heliograph.cli.option.Header;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.Yaml;

/** Writes a plan as a scenario file that reads back to the same plan. Pure. */
final class ScenarioText {
  private ScenarioText() {}

  /** The document. */
  static String of(Plan plan, @Nullable String token) {
    Map<String, Object> values = values(plan, token);
    var root = new LinkedHashMap<String, Object>();
    ScenarioFile.PATHS.forEach(
        (name, path) -> {
          Object value = values.get(name);
          if (value != null && !(value instanceof List<?> list && list.isEmpty())) {
            put(root, path.split("\\.", -1), value);
          }
        });
    var options = new DumperOptions();
    options.setDefaultFlowStyle(FlowStyle.BLOCK);
    options.setIndicatorIndent(2);
    options.setIndentWithIndicator(true);
    options.setWidth(1000);
    options.setSplitLines(false);
    return new Yaml(options).dump(root);
  }

  @SuppressWarnings("unchecked") // What is there is of this method.
  private static void put(Map<String, Object> root, String[] path, Object value) {
    Map<String, Object> map = root;
    for (int i = 0; i < path.length - 1; i++) {
      map =
          (Map<String, Object>)
              map.computeIfAbsent(path[i], key -> new LinkedHashMap<String, Object>());
    }
    map.put(path[path.length - 1], value);
  }

  private static Map<String, Object> values(Plan plan, @Nullable String token) {
    var values = new LinkedHashMap<String, Object>();
    values.put("apiVersion", ScenarioFile.VERSION);
    values.put("name", plan.name());
    values.put("seed", plan.seed());
    if (plan.climb() != null) {
      values.put("climb", plan.climb().toString());
    }
    target(values, plan.target());
    if (token != null) {
      values.put("token", token);
    }
    values.put("users", plan.users());
    values.put("ramp", Numbers.seconds(plan.span().ramp()));
    Plan.Generator generator = plan.generator();
    if (!generator.sources().isEmpty()) {
      values.put(
          "source-ip",
          String.join(",", generator.sources().stream().map(InetAddress::getHostAddress).toList()));
    }
    values.put("publish", publish(plan.load()));
    Plan.Behaviour behaviour = plan.behaviour();
    if (behaviour.churnPerSecond() > 0 || !behaviour.offline().equals(PlanReader.OFFLINE)) {
      values.put("churn", Numbers.exact(behaviour.churnPerSecond()) + "/s");
      values.put("offline", Numbers.seconds(behaviour.offline()));
    }
    if (behaviour.slow() > 0 || behaviour.slowBytesPerSecond() != PlanReader.SLOW_READ) {
      values.put("slow", Numbers.exact(behaviour.slow() * 100) + "%");
      values.put("slow-read", behaviour.slowBytesPerSecond() + "B");
    }
    if (behaviour.stalled() > 0) {
      values.put("stalled", Numbers.exact(behaviour.stalled() * 100) + "%");
    }
    values.put("events", behaviour.storms().stream().map(ScenarioText::event).toList());
    values.put("warmup", Numbers.seconds(plan.span().warmup()));
    values.put("duration", Numbers.seconds(plan.span().measure()));
    values.put("drain", Numbers.seconds(plan.span().drain()));
    thresholds(values, plan);
    values.put("engine", plan.engine().toString());
    values.put("lanes", generator.lanes());
    values.put("max-lag", Numbers.seconds(generator.maxLag()));
    if (plan.server().metrics() != null) {
      values.put("server-metrics", plan.server().metrics().toString());
    }
    if (plan.server().pid() != 0) {
      values.put("server-pid", plan.server().pid());
    }
    return values;
  }

  private static void target(Map<String, Object> values, Target target) {
    if (target.heliograph()) {
      values.put("server", target.base());
    } else {
      values.put("subscribe-url", target.subscribeUrl());
      if (!target.publishUrl().equals(target.subscribeUrl())) {
        values.put("publish-url", target.publishUrl());
      }
      if (target.broadcastUrl() != null) {
        values.put("broadcast-url", target.broadcastUrl());
      }
      if (!target.body().equals(Target.DATA)) {
        values.put("publish-body", target.body());
      }
      values.put("publish-header", headers(target.publishHeaders()));
    }
    values.put("header", headers(target.headers()));
  }

  private static List<String> headers(List<Header> headers) {
    return headers.stream().map(header -> header.name() + ": " + header.value()).toList();
  }

  private static List<Object> publish(Plan.Load load) {
    Map<String, Object> one = map("to", load.zipf() ? "zipf" : "one-user");
    one.put("rate", Numbers.exact(load.rate()) + "/s");
    if (load.arrivals() != Plan.Arrivals.uniform) {
      one.put("arrivals", load.arrivals().toString());
    }
    one.put("size", load.size() + "B");
    var list = new ArrayList<Object>(List.of(one));
    if (load.broadcastRate() > 0) {
      Map<String, Object> all = map("to", "all");
      all.put("rate", Numbers.exact(load.broadcastRate()) + "/s");
      list.add(all);
    }
    return list;
  }

  private static Map<String, Object> event(Storm storm) {
    Map<String, Object> event = map("at", Numbers.seconds(storm.at()));
    switch (storm) {
      case Storm.Cut cut -> {
        Map<String, Object> how = map("drop", Numbers.exact(cut.share() * 100) + "%");
        how.put("how", cut.how());
        event.put("storm", how);
      }
      case Storm.Run run -> event.put("exec", run.command());
    }
    return event;
  }

  private static void thresholds(Map<String, Object> values, Plan plan) {
    List<String> defaults = Threshold.defaults(plan.load().publishes());
    List<String> all = plan.expected().thresholds().stream().map(Threshold::expression).toList();
    var list = new ArrayList<Object>();
    all.stream().filter(text -> !defaults.contains(text)).forEach(list::add);
    for (Plan.Abort abort : plan.expected().aborts()) {
      Map<String, Object> entry = map("expr", abort.threshold().expression());
      entry.put("abort", true);
      entry.put("grace", Numbers.seconds(abort.grace()));
      list.add(entry);
    }
    values.put("thresholds", list);
    values.put(
        "no-default-threshold",
        defaults.stream()
            .filter(text -> !all.contains(text))
            .map(text -> text.substring(0, text.indexOf(' ')))
            .toList());
  }

  private static Map<String, Object> map(String key, Object value) {
    var map = new LinkedHashMap<String, Object>();
    map.put(key, value);
    return map;
  }
}
