#!/bin/sh
# Starts @launcher.name@ on a JDK @launcher.jdk@ or newer; made from server/src/dist/launcher.sh by the build.
#
#   @launcher.variable@_JAVA_HOME   the JDK to use; without it JAVA_HOME, PATH and the usual directories are searched
#   @launcher.variable@_JAVA_OPTS   more options for the JVM, split at blanks
#   @launcher.variable@_AOT         train: make a new AOT cache from this run
#
# Versions are read from the JDKs' `release` files: starting each one to ask would cost more than the program itself.

name=@launcher.name@
needed=@launcher.jdk@
chosen=${@launcher.variable@_JAVA_HOME-}
options=${@launcher.variable@_JAVA_OPTS-}

# Where JDKs usually are: Debian, Fedora, macOS, Homebrew, SDKMAN, IDEs, container images.
usual_jdks() {
  for jdk in /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /usr/local/openjdk* /opt/java/* /opt/*jdk* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home /opt/homebrew/opt/openjdk* \
    "${HOME-}"/.sdkman/candidates/java/* "${HOME-}"/.jdks/*; do
    # A link is another name for a neighbour.
    if [ -x "$jdk/bin/java" ] && [ ! -h "$jdk" ]; then echo "$jdk"; fi
  done
}

# Sets `real` to what a file is when all links are followed.
follow() {
  real=$1
  while [ -h "$real" ]; do
    link=$(readlink "$real") || return
    case $link in
      /*) real=$link ;;
      *) real=${real%/*}/$link ;;
    esac
  done
}

# Sets `version` to what the release file of the JDK at $1 says, and `rank` to a number that grows with it.
read_version() {
  version= rank=0
  [ -r "$1/release" ] || return 0
  while IFS='=' read -r key value; do
    if [ "$key" = JAVA_VERSION ]; then
      value=${value#\"}
      version=${value%%\"*}
    fi
  done <"$1/release"
  rest=${version%%[!0-9.]*}.0.0
  major=${rest%%.*} rest=${rest#*.}
  minor=${rest%%.*} rest=${rest#*.}
  rank=$((${major:-0} * 1000000 + ${minor:-0} * 1000 + ${rest%%.*}))
}

# Whether the JDK at $2 will do; sets `jdk` if so, and else notes in `seen` why not. $1 says where the path is from.
usable() {
  if [ ! -x "$2/bin/java" ]; then
    why='no bin/java there'
  else
    read_version "$2"
    if [ "$rank" -ge $((needed * 1000000)) ]; then
      jdk=$2
      return 0
    elif [ -n "$version" ]; then
      why="$version, too old"
    else
      why='no release file that tells its version'
    fi
  fi
  seen="$seen
  $1$2  ($why)"
  return 1
}

find_jdk() {
  jdk=
  seen=
  if [ -n "$chosen" ]; then
    # Asked for by name: another one in its place would be a surprise.
    usable '@launcher.variable@_JAVA_HOME=' "$chosen"
    return
  fi
  if [ -n "${JAVA_HOME-}" ]; then
    usable 'JAVA_HOME=' "$JAVA_HOME" && return
  else
    seen='
  JAVA_HOME is not set'
  fi
  if on_path=$(command -v java); then
    follow "$on_path"
    usable "PATH: $on_path -> " "${real%/bin/java}" && return
  else
    seen="$seen
  PATH: no java"
  fi
  best=0
  best_jdk=
  while IFS= read -r candidate; do
    if [ -n "$candidate" ] && usable '' "$candidate" && [ "$rank" -gt "$best" ]; then
      best=$rank
      best_jdk=$candidate
    fi
  done <<END
$(usual_jdks)
END
  jdk=$best_jdk
  [ -n "$jdk" ]
}

# Sets `limit` to what a control group (cgroup v2) allows this process of $1, in a line of its file; empty if it allows all. A
# container is at the top of the tree that it sees, and a systemd service is in a group of its own.
read_limit() {
  limit=
  group=
  [ -r /proc/self/cgroup ] && while IFS= read -r line; do
    case $line in 0::*) group=${line#0::} ;; esac
  done </proc/self/cgroup
  for file in "/sys/fs/cgroup$group/$1" "/sys/fs/cgroup/$1"; do
    if [ -r "$file" ] && read -r limit <"$file" && [ "${limit%% *}" != max ]; then return; fi
    limit=
  done
}

# Sets `processors` to the number that this process may use.
count_processors() {
  processors=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null) || processors=4
  read_limit cpu.max
  if [ -n "$limit" ]; then
    quota=$(((${limit% *} + ${limit#* } - 1) / ${limit#* }))
    if [ "$quota" -lt "$processors" ]; then processors=$quota; fi
  fi
}

# Adds the sizes of the heap to `collector`. It begins with 72 MB, which any load needs soon, and the JVM touches them at its
# start: decision 0201. A share of the memory and not -Xms, because the JVM rejects an -Xms above its limit, which a
# container or an -Xmx may set. Unless an option says otherwise, it ends at 2 GB: decision 0285. With less than 8 GB of
# memory the JVM's own limit, a quarter, is lower.
size_heap() {
  [ -r /proc/meminfo ] && read -r _ kib _ </proc/meminfo || return 0
  share=$((72 * 1024 * 10000 / kib)) # in hundredths of a percent
  if [ "$share" -lt 10000 ]; then
    share=$((share / 100)).$((share / 10 % 10))$((share % 10))
    collector="$collector -XX:NewSize=32m -XX:InitialRAMPercentage=$share -XX:+AlwaysPreTouch"
  fi
  case "$options ${JDK_JAVA_OPTIONS-} ${JAVA_TOOL_OPTIONS-}" in
    *-Xmx* | *MaxHeapSize* | *MaxRAM*) return ;;
  esac
  bytes=$((kib * 1024))
  read_limit memory.max
  old=/sys/fs/cgroup/memory/memory.limit_in_bytes # cgroup v1
  if [ -z "$limit" ] && [ -r $old ]; then read -r limit <$old; fi
  if [ -n "$limit" ] && [ "$limit" -lt "$bytes" ]; then bytes=$limit; fi
  if [ "$bytes" -gt $((8 << 30)) ]; then collector="$collector -Xmx2g"; fi
}

if ! find_jdk; then
  cat >&2 <<END
$name: needs Java $needed or newer (a JDK or a JRE), and found none. Looked at:
$seen

Install one, from your system's packages or any vendor's archive, or name one that is somewhere else:
  @launcher.variable@_JAVA_HOME=/path/to/jdk-$needed $name --version
END
  exit 69 # EX_UNAVAILABLE
fi

case $0 in
  */*) follow "$0" ;;
  *) follow "./$0" ;;
esac
lib=$(CDPATH= cd -- "${real%/*}/../lib" && pwd -P) || exit 69

# A command that is over in a moment wants to start fast; a server wants to run fast.
kind=@launcher.kind@
cache=$name
if [ "$kind" = by-command ]; then
  kind=short
  value=
  for argument in "$@"; do
    case $argument in
      --context) value=next ;;
      -*) ;;
      rehearse) ;; # The build's. What is rehearsed comes next, and is run as it will be for users.
      *)
        if [ "$value" = next ]; then
          value=
          continue
        fi
        # A cache that also holds the server's classes would slow the others down by a third.
        case $argument in
          serve) kind=server cache=$name-serve ;;
          demo) cache=$name-serve ;;
          simulate | sim) kind=load cache=$name-simulate ;;
        esac
        break
        ;;
    esac
  done
  # Its help is as short as that of the others.
  case " $* " in
    *' --help '* | *' -h '*)
      kind=short
      if [ "$cache" = "$name-simulate" ]; then cache=$name; fi
      ;;
  esac
fi
set -f # options are split at blanks, and only that
headers=
if [ "$kind" = server ] || [ "$cache" = "$name-serve" ] || [ "$cache" = "$name-simulate" ]; then
  # Halves what an idle stream takes: decision 0152. An AOT cache fits only the layout of objects it was trained with.
  headers='-XX:+UseCompactObjectHeaders'
fi
if [ "$kind" = server ]; then
  count_processors
  if [ "$processors" -le 2 ] && [ "${@launcher.variable@_AOT-}" != train ]; then
    # G1's threads would compete with the streams, and an idle stream would take three times the memory: decision 0151.
    # AOT caches are trained with G1, because the JDK archives no heap with another collector.
    collector='-XX:+UseSerialGC -XX:MaxNewSize=32m'
    size_heap
  else
    collector='-XX:+UseG1GC'
  fi
  # Out of memory, a half-dead server helps nobody: what supervises it starts it again. The log manager keeps the log open
  # until the stop has ended. It is set here, because sse-cli logs before it knows its command, and then it is too late.
  flags="$collector -XX:+ExitOnOutOfMemoryError"
  # Virtual threads that hand work to a second carrier cost a sixth to a third more per event: decision 0153.
  if [ "$processors" -le 2 ]; then flags="$flags -Djdk.virtualThreadScheduler.parallelism=1"; fi
  flags="$flags "'-Djava.util.logging.manager=io.heliograph.server.Logging$KeepingLogManager'
elif [ "$kind" = load ]; then
  # Whoever measures must not pause: short collections. They may take a quarter of the time, so that the server, which often
  # shares the machine, keeps the memory: decision 0200.
  flags='-XX:+UseG1GC -XX:MaxGCPauseMillis=10 -XX:GCTimeRatio=3 -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=20 -XX:+ExitOnOutOfMemoryError'
else
  flags='-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData'
fi

# isatty, stream by stream: Java can only ask about stdin and stdout together.
terminals=
[ -t 0 ] && terminals=in
[ -t 1 ] && terminals=$terminals,out
[ -t 2 ] && terminals=$terminals,err

# What to call this program in a line that is to be pasted into the shell.
program=$0
if [ "$(command -v "$name")" = "$0" ]; then program=$name; fi

# In the locale "C", where cron and containers start programs, Java reads arguments as ASCII: "héllo" gets lost.
# What the terminal can show is another matter, so Java is told.
locale=${LC_ALL:-${LC_CTYPE:-${LANG:-C}}}
case $locale in
  C | POSIX) LC_ALL=C.UTF-8 && export LC_ALL ;;
esac

# Sets `jars` to the class path, for the directory $1.
list_jars() {
  lib=$1
  jars=$lib/@launcher.jar@:@launcher.class-path@
}

# JDK 25 does not notice that a jar changed after its cache was made, and runs the old classes. So the name of a cache has
# the checksum of its jars. Times would not do: copies, archives and images change them, and reproducible builds keep them.
sum=$(CDPATH= cd -- "$lib" && list_jars . && IFS=: && { cksum $jars | cksum; } 2>/dev/null)
aot=$lib/$cache-${sum%% *}.aot

# By the environment, which keeps the output of ps readable.
list_jars "$lib"
CLASSPATH=$jars
export CLASSPATH

set -- "-Dheliograph.terminals=$terminals" "-Dheliograph.locale=$locale" "-Dheliograph.program=$program" \
  --enable-native-access=ALL-UNNAMED --add-exports=java.base/sun.nio.ch=ALL-UNNAMED $options @launcher.main@ "$@"
if [ "${@launcher.variable@_AOT-}" = train ]; then
  set -- "-XX:AOTCacheOutput=$aot" "$@"
elif [ -r "$aot" ]; then
  set -- "-XX:AOTCache=$aot" "$@"
else
  set +f
  for other in "$lib/$cache"-[0-9]*.aot; do
    [ -e "$other" ] || continue # The pattern itself: there is no cache.
    why="jars in $lib changed after the AOT cache was made"
    [ -n "$sum" ] || why='cksum, which tells whether the AOT cache fits its jars, was not found'
    echo "$name: warning: $why; starting without the cache, more slowly." \
      "Reinstall $name, or set @launcher.variable@_AOT=train for one run to make a new cache." >&2
    break
  done
fi
# What the JVM dislikes about a cache it would print on stdout, among the events. Its other warnings go to stderr.
exec "$jdk/bin/java" $flags $headers -Xlog:disable -Xlog:all=warning,aot*=off,cds*=off:stderr "$@"
