package io.heliograph.cli.simulate;

import io.heliograph.cli.load.plan.Numbers;
import io.heliograph.cli.load.plan.SimulatePlan;
import io.heliograph.cli.load.plan.SimulatePlan.Arrivals;
import io.heliograph.cli.load.plan.Storm;
import io.heliograph.cli.load.plan.Target;
import io.heliograph.cli.load.result.Threshold;
import io.heliograph.cli.option.Header;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.Yaml;

/** Writes a plan as a scenario that {@link ScenarioFile} reads back to the same plan. Pure. */
final class ScenarioText {
  private ScenarioText() {}

  /**
   * The document.
   *
   * @param plan of all shards: which part of it a machine does is not of the scenario
   */
  static String of(SimulatePlan plan) {
    var root = new LinkedHashMap<String, Object>();
    root.put("apiVersion", ScenarioFile.VERSION);
    root.put("name", plan.name());
    root.put("seed", plan.seed());
    if (plan.series().repeat() > 1) {
      root.put("repeat", plan.series().repeat());
    }
    if (plan.series().climb() != null) {
      root.put("climb", plan.series().climb().toString());
    }
    root.put("target", target(plan.target()));
    root.put("users", map("count", plan.users()));
    Map<String, Object> connect = map("ramp", Numbers.seconds(plan.span().ramp()));
    if (!plan.generator().sources().isEmpty()) {
      connect.put(
          "from",
          String.join(
              ",", plan.generator().sources().stream().map(InetAddress::getHostAddress).toList()));
    }
    root.put("connect", connect);
    root.put("publish", publish(plan.load()));
    putUnlessEmpty(root, "behaviour", behaviour(plan.behaviour()));
    putUnlessEmpty(
        root, "events", plan.behaviour().storms().stream().map(ScenarioText::event).toList());
    Map<String, Object> phases = map("warmup", Numbers.seconds(plan.span().warmup()));
    phases.put("measure", Numbers.seconds(plan.span().measure()));
    phases.put("drain", Numbers.seconds(plan.span().drain()));
    root.put("phases", phases);
    thresholds(root, plan);
    root.put("generator", generator(plan));
    Map<String, Object> server = new LinkedHashMap<>();
    if (plan.server().metrics() != null) {
      server.put("scrape", plan.server().metrics().toString());
    }
    if (plan.server().pid() != 0) {
      server.put("pid", plan.server().pid());
    }
    putUnlessEmpty(root, "server_metrics", server);
    var options = new DumperOptions();
    options.setDefaultFlowStyle(FlowStyle.BLOCK);
    options.setIndicatorIndent(2);
    options.setIndentWithIndicator(true);
    options.setWidth(1000);
    options.setSplitLines(false);
    return new Yaml(options).dump(root);
  }

  private static Map<String, Object> target(Target target) {
    var map = new LinkedHashMap<String, Object>();
    if (target.heliograph()) {
      map.put("server", target.base());
    } else {
      map.put("subscribe", target.subscribeUrl());
      if (!target.publishUrl().equals(target.subscribeUrl())) {
        map.put("publish", target.publishUrl());
      }
      if (target.broadcastUrl() != null) {
        map.put("broadcast", target.broadcastUrl());
      }
      if (!target.body().equals(Target.DATA)) {
        map.put("body", target.body());
      }
      putUnlessEmpty(map, "publish_headers", headers(target.publishHeaders()));
    }
    if (target.tokens() != null) {
      map.put("token", target.tokens().reference());
    }
    putUnlessEmpty(map, "headers", headers(target.headers()));
    return map;
  }

  private static List<String> headers(List<Header> headers) {
    return headers.stream().map(header -> header.name() + ": " + header.value()).toList();
  }

  private static List<Object> publish(SimulatePlan.Load load) {
    Map<String, Object> one = map("to", load.zipf() ? "zipf" : "one-user");
    one.put("rate", Numbers.exact(load.rate()) + "/s");
    if (load.arrivals() != Arrivals.uniform) {
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

  private static Map<String, Object> behaviour(SimulatePlan.Behaviour behaviour) {
    var map = new LinkedHashMap<String, Object>();
    if (behaviour.churnPerSecond() > 0 || !behaviour.offline().equals(PlanReader.OFFLINE)) {
      Map<String, Object> churn = map("rate", Numbers.exact(behaviour.churnPerSecond()) + "/s");
      churn.put("offline", Numbers.seconds(behaviour.offline()));
      map.put("churn", churn);
    }
    var cohorts = new LinkedHashMap<String, Object>();
    if (behaviour.slow() > 0 || behaviour.slowBytesPerSecond() != PlanReader.SLOW_READ) {
      Map<String, Object> slow = map("share", Numbers.exact(behaviour.slow() * 100) + "%");
      slow.put("read", behaviour.slowBytesPerSecond() + "B");
      cohorts.put("slow", slow);
    }
    if (behaviour.stalled() > 0) {
      cohorts.put("stalled", map("share", Numbers.exact(behaviour.stalled() * 100) + "%"));
    }
    putUnlessEmpty(map, "cohorts", cohorts);
    return map;
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

  private static void thresholds(Map<String, Object> root, SimulatePlan plan) {
    SimulatePlan.Expected expected = plan.expected();
    boolean publishes = plan.load().rate() > 0 || plan.load().broadcastRate() > 0;
    List<String> defaults = Threshold.defaults(publishes);
    List<String> all = expected.thresholds().stream().map(Threshold::expression).toList();
    var list = new ArrayList<Object>();
    all.stream().filter(text -> !defaults.contains(text)).forEach(list::add);
    for (SimulatePlan.Abort abort : expected.aborts()) {
      Map<String, Object> entry = map("expr", abort.threshold().expression());
      entry.put("abort", true);
      entry.put("grace", Numbers.seconds(abort.grace()));
      list.add(entry);
    }
    putUnlessEmpty(root, "thresholds", list);
    putUnlessEmpty(
        root,
        "without_thresholds",
        defaults.stream()
            .filter(text -> !all.contains(text))
            .map(text -> text.substring(0, text.indexOf(' ')))
            .toList());
  }

  private static Map<String, Object> generator(SimulatePlan plan) {
    Map<String, Object> map = map("engine", plan.engine().toString());
    map.put("lanes", plan.generator().lanes());
    map.put("max_lag", Numbers.seconds(plan.generator().maxLag()));
    return map;
  }

  private static Map<String, Object> map(String key, Object value) {
    var map = new LinkedHashMap<String, Object>();
    map.put(key, value);
    return map;
  }

  private static void putUnlessEmpty(Map<String, Object> map, String key, Map<String, ?> value) {
    if (!value.isEmpty()) {
      map.put(key, value);
    }
  }

  private static void putUnlessEmpty(Map<String, Object> map, String key, List<?> value) {
    if (!value.isEmpty()) {
      map.put(key, value);
    }
  }
}
