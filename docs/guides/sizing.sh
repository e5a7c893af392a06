#!/bin/sh
# How many nodes and Redis shards a load needs. Arguments replace values below: docs/guides/sizing.sh users=100000
# Each cost is CPU time in µs, measured on 2 virtual cores of an AMD EPYC; docs/guides/sizing.md says where.
LC_ALL=C awk -v arguments="$*" 'BEGIN {
  # The load: per second, bytes, seconds.
  v["users"] = 10000000; v["events"] = 1000000; v["broadcasts"] = 0; v["bytes"] = 250
  v["kept"] = 16         # events kept per user
  v["session"] = 3600    # a user connects this often
  v["heartbeat"] = 15
  # The machines.
  v["cores"] = 8         # of a node
  v["streams"] = 250000  # of a node at most
  v["busy"] = 0.5        # share of a processor that may be used
  # The costs.
  v["publish"] = 216     # nodes: a single event, published at one and delivered at another
  v["delivery"] = 8.4    # node: a broadcast, per stream
  v["beat"] = 13.8       # node: a heartbeat
  v["connect"] = 400     # node: a new stream
  v["script"] = 90       # Redis: an event that comes alone
  n = split(arguments, argument, " ")
  for (i = 1; i <= n; i++) {
    if (split(argument[i], word, "=") != 2 || !(word[1] in v)) {
      print "sizing.sh: no value is called " argument[i] > "/dev/stderr"; exit 2
    }
    none = index(" events broadcasts kept ", " " word[1] " "); most = word[1] == "busy" ? 1 : 1e12
    value = word[2] ~ /^[0-9]+([.][0-9]+)?(e[0-9]+)?$/ ? word[2] + 0 : -1
    if (value < 0 || (value == 0 && !none) || value > most) {
      printf "sizing.sh: %s must be a number %s 0, at most %g, not \"%s\"\n", word[1], (none ? "from" : "above"), \
        most, word[2] > "/dev/stderr"; exit 2
    }
    v[word[1]] = value
  }
  live = v["users"] / v["heartbeat"]; comes = v["users"] / v["session"]
  cpu = (v["events"] * v["publish"] + v["broadcasts"] * v["users"] * v["delivery"] + live * v["beat"] \
      + comes * v["connect"]) / 1e6
  byCpu = up(cpu / (v["cores"] * v["busy"])); bySockets = up(v["users"] / v["streams"])
  nodes = byCpu > bySockets ? byCpu : bySockets; here = v["users"] / nodes
  last = here * v["delivery"] / 1e6 / (v["cores"] < 4 ? v["cores"] : 4)
  reactor = live / nodes * v["beat"] / 1e6 + v["broadcasts"] * last
  shards = up(v["events"] * v["script"] / 1e6 / v["busy"])
  perEvent = v["bytes"] + 100; perUser = v["kept"] ? 300 + v["kept"] * (v["bytes"] + 66) : 300
  printf "nodes                 %8d  (%d for CPU, %d for streams)\n", nodes, byCpu, bySockets
  printf "  streams             %8d\n", here
  printf "  memory              %8.1f GB, without kept events\n", 0.15 + here * 3.2e3 / 1e9
  printf "  CPU                 %8.1f of %d cores\n", cpu / nodes, v["cores"]
  printf "  reactor             %8.0f %% of one core%s\n", reactor * 100, (reactor > v["busy"] ? ": TOO MUCH" : "")
  printf "  one broadcast       %8.2f s until its last stream has it\n", last
  printf "  one node lost       %8.1f s of CPU on each other node\n", (nodes > 1 ? here * v["connect"] / 1e6 / (nodes - 1) : 0)
  printf "Redis primaries       %8d\n", shards
  printf "  memory              %8.1f GB each\n", v["users"] * (perUser + 284 + 251) / shards / 1e9
  printf "  network             %8.1f MB/s each way, and as much to each replica\n", v["events"] * perEvent / shards / 1e6
  printf "  SUBSCRIBE, UNSUBSCR.%8d per second, all primaries\n", 2 * comes
  printf "  presence            %8d changes per second, in 16 buckets\n", 2 * comes
  printf "  messages, broadcast %8.1f MB/s from one primary\n", v["broadcasts"] * nodes * perEvent / 1e6
}
function up(x) { return x <= 1 ? 1 : x == int(x) ? x : int(x) + 1 }'
