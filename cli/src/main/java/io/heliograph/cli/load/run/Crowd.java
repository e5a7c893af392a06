package io.heliograph.cli.load.run;

import io.heliograph.cli.load.meter.Cohort;
import io.heliograph.cli.load.meter.Count;
import io.heliograph.cli.load.meter.Meter;
import io.heliograph.cli.load.meter.UserMeter;
import io.heliograph.cli.load.plan.Plan;
import io.heliograph.cli.load.run.UnreachableException.Why;
import io.heliograph.cli.load.users.Engine;
import io.heliograph.cli.load.users.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The users of a run: who they are, how they connect, and whether all of them have everything. */
final class Crowd {
  private static final Duration FIRST_CONNECTION = Duration.ofSeconds(15);
  private static final Duration ALL_CONNECTIONS = Duration.ofSeconds(45);

  private final Plan plan;
  private final Meter meter;
  private final List<UserMeter> users;
  private final List<Member> members = new ArrayList<>();

  Crowd(Plan plan, Meter meter) {
    this.plan = plan;
    this.meter = meter;
    this.users = created(plan, meter);
  }

  private static List<UserMeter> created(Plan plan, Meter meter) {
    var cohorts = new ArrayList<>(Collections.nCopies(plan.users(), Cohort.NORMAL));
    int slow = (int) Math.round(plan.users() * plan.behaviour().slow());
    int stalled = (int) Math.round(plan.users() * plan.behaviour().stalled());
    for (int i = 0; i < Math.min(slow + stalled, plan.users()); i++) {
      cohorts.set(i, i < slow ? Cohort.SLOW : Cohort.STALLED);
    }
    Collections.shuffle(cohorts, new Random(plan.seed()));
    var created = new ArrayList<UserMeter>(plan.users());
    for (int i = 0; i < plan.users(); i++) {
      String name =
          "sim-" + meter.run() + "-" + (plan.generator().shard() + i * plan.generator().shards());
      created.add(new UserMeter(meter, i, name, cohorts.get(i), plan.target().heliograph()));
    }
    return List.copyOf(created);
  }

  List<UserMeter> users() {
    return users;
  }

  /** Those that were asked to connect; complete once {@link #connect} has returned. */
  List<Member> members() {
    return members;
  }

  /** Connects all within the ramp, and waits for them for 45 s; fails if nobody could connect. */
  void connect(Engine engine, Stop stop) throws InterruptedException, UnreachableException {
    long begin = System.nanoTime();
    double step = (double) plan.span().ramp().toNanos() / plan.users();
    for (int i = 0; i < users.size() && !stop.asked(); i++) {
      long due = begin + (long) (i * step);
      stop.sleepUntil(due);
      UserMeter user = users.get(i);
      user.due(due);
      members.add(new Member(user, engine.connect(user)));
    }
    long deadline = System.nanoTime() + ALL_CONNECTIONS.toNanos();
    long firstDeadline = System.nanoTime() + FIRST_CONNECTION.toNanos();
    while (!stop.asked()) {
      long ready = users.stream().filter(UserMeter::ready).count();
      long now = System.nanoTime();
      if (ready == users.size() || now > deadline) {
        return;
      }
      if (ready == 0 && !engine.lastFailure().isEmpty()) {
        Why why = UnreachableException.of(commonestError());
        // A refusal does not get better by waiting; a server that is not there may come up.
        if (now > firstDeadline || isRefusal(why)) {
          throw new UnreachableException(engine.lastFailure(), why);
        }
      }
      Thread.sleep(Stop.STEP);
    }
  }

  private boolean isRefusal(Why why) {
    return why != Why.NETWORK && !commonestError().startsWith("http-5");
  }

  private String commonestError() {
    return meter.errors().entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse("");
  }

  /** Whether everybody is back and has all that can have been published for them. */
  boolean hasEverything() {
    return members.stream().allMatch(m -> m.ready() || m.meter().cohort() != Cohort.NORMAL)
        && meter.get(Count.DELIVERED) >= owedAtMost();
  }

  /** What is owed if all publishes are accepted. */
  long owedAtMost() {
    long readers = 0;
    long owed = 0;
    for (UserMeter user : users) {
      if (user.cohort() != Cohort.STALLED) {
        owed += user.sent().issued();
        readers++;
      }
    }
    return owed + readers * meter.broadcasts().issued();
  }
}
