# shellcheck shell=bash disable=SC2034 # names used by the other parts
# Words, checks and waits that the other parts share.

CORE_CLASSES="$LEPCNN_HOME/core/target/classes"
PROCESS_CLASSES="$LEPCNN_HOME/process/target/classes"
DEPLOYMENTS_CLASSES="$LEPCNN_HOME/deployments/target/classes"
KAFKA_LIBS="$LEPCNN_HOME/deployments/kafka-dist/target/libs"
FLINK_LIB="$LEPCNN_HOME/deployments/flink-dist/target/lib"
NATIVES="$LEPCNN_HOME/deployments/flink-dist/target/natives/ai/onnxruntime/native"
EDGE_JOB_JAR="$LEPCNN_HOME/edge-job/target/lepcnn-edge-job.jar"
HOW_TO_BUILD="Build it: cd $LEPCNN_HOME && ./mvnw -q -DskipTests package"
MINIMUM_DISK_MB="${LEPCNN_MINIMUM_DISK_MB:-1024}"
START_SECONDS="${LEPCNN_START_SECONDS:-120}"
BROKER_PORT='' CONTROLLER_PORT='' INTERNAL_PORT='' REST_PORT='' JOBMANAGER_PORT='' ZOOKEEPER_PORT=''
SECURITY='' HA=no GATEWAYS=()
LOCKED=no

fail() {
  echo "cluster: $*" >&2
  [ "$LOCKED" = no ] || unlock
  exit 3
}

usage_error() {
  echo "cluster: $*" >&2
  echo "cluster: \"$0 help\" says how it is used" >&2
  exit 2
}

value() {
  [ -n "${2:-}" ] || usage_error "$1 needs a value"
  printf '%s' "$2"
}

number() {
  case "${2:-}" in
    '' | *[!0-9]* | 0 | ??????*) usage_error "$1: expected a whole number from 1 to 99999, found \"${2:-}\"" ;;
  esac
  printf '%s' "$2"
}

setting() {
  case "${2:-}" in
    ?*=*) printf '%s: %s' "${2%%=*}" "${2#*=}" ;;
    *) usage_error "$1: expected KEY=VALUE, found \"${2:-}\"" ;;
  esac
}

has_argument() {
  local wanted="$1" argument
  shift
  for argument in "$@"; do
    case "$argument" in "$wanted" | "$wanted"=*) return 0 ;; esac
  done
  return 1
}

# The run folder as an absolute path; only start makes it.
open_run_dir() {
  if [ "$1" = start ]; then
    mkdir -p "$RUN_DIR"/{conf,logs,pids,tmp} || fail "cannot write $RUN_DIR"
  fi
  [ ! -d "$RUN_DIR" ] || RUN_DIR="$(cd "$RUN_DIR" && pwd)"
  if [ -f "$RUN_DIR/cluster.env" ]; then
    # shellcheck disable=SC1091
    . "$RUN_DIR/cluster.env"
  fi
}

require_java() {
  local version
  if [ -n "${JAVA_HOME:-}" ]; then
    JAVA="$JAVA_HOME/bin/java"
    [ -x "$JAVA" ] || fail "JAVA_HOME is $JAVA_HOME, but $JAVA is not there: set JAVA_HOME to a JDK 17 or newer"
  else
    JAVA="$(command -v java)" || fail "no java found: install a JDK 17 or newer, or set JAVA_HOME to one"
  fi
  version="$("$JAVA" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)"
  [ "${version:-0}" -ge 17 ] || fail "$JAVA is version ${version:-unknown}: a JDK 17 or newer is needed; set JAVA_HOME to one"
}

require_build() {
  local part
  for part in "$KAFKA_LIBS" "$FLINK_LIB"; do
    compgen -G "$part/*.jar" >/dev/null || fail "not built: no jars in $part. $HOW_TO_BUILD"
  done
  [ -f "$PROCESS_CLASSES/org/lepcnn/process/ParentWatch.class" ] && [ -d "$DEPLOYMENTS_CLASSES" ] ||
    fail "not built: $PROCESS_CLASSES is missing or incomplete. $HOW_TO_BUILD"
}

require_disk() {
  local free_mb
  free_mb=$(($(df -Pk "$RUN_DIR" | awk 'NR == 2 { print $4 }') / 1024))
  [ "$free_mb" -ge "$MINIMUM_DISK_MB" ] ||
    fail "$RUN_DIR has $free_mb MB of disk left, $MINIMUM_DISK_MB MB are needed: make room, or use another folder (--run DIR)"
}

port_is_taken() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# One page of a server on this machine, without headers; nothing when there is no answer.
http_get() {
  (
    exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
    printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' "$2" >&3
    body=no
    while IFS= read -r -t 5 line <&3 || [ -n "$line" ]; do
      [ "$body" = no ] || printf '%s\n' "$line"
      [ "$line" != $'\r' ] || body=yes
    done
  ) 2>/dev/null
}

# A port of the last start, else the wanted one, else the usual one, else a free one.
choose_port() {
  local last="$1" wanted="$2" usual="$3" free="$4" what="$5"
  if [ -n "$wanted" ]; then
    ! port_is_taken "$wanted" || fail "port $wanted ($what) is in use: stop what listens there, or choose another port"
    echo "$wanted"
  elif [ -n "$last" ] && ! port_is_taken "$last"; then
    echo "$last"
  elif [ -n "$usual" ] && [ "$FREE_PORTS" = no ] && ! port_is_taken "$usual"; then
    echo "$usual"
  else
    echo "$free"
  fi
}

# Whether the broker is secured and Flink highly available: as it was made, else as it is asked for.
choose_kind() {
  if [ -f "$RUN_DIR/broker-data/meta.properties" ]; then
    [ -z "$WANTED_SECURITY" ] || [ "$WANTED_SECURITY" = "$SECURITY" ] ||
      fail "the broker of $RUN_DIR was made with --secured ${SECURITY:-(nothing)}: stop and clean first"
  else
    SECURITY="$WANTED_SECURITY"
  fi
  if running_pid jobmanager >/dev/null; then
    [ "$WANTED_HA" = no ] || [ "$HA" = yes ] || fail "Flink runs already, without --ha: stop the cluster first"
  else
    HA="$WANTED_HA"
  fi
}

# Sets the ports and writes them down; ports of what runs already stay.
choose_ports() {
  local free
  # shellcheck disable=SC2207
  free=($("$JAVA" -cp "$PROCESS_CLASSES:$CORE_CLASSES" org.lepcnn.process.FreePorts 6)) || fail "cannot find free ports"
  if running_pid broker >/dev/null; then
    [ -z "$WANTED_BROKER_PORT" ] || [ "$WANTED_BROKER_PORT" = "$BROKER_PORT" ] ||
      fail "the broker runs already, on port $BROKER_PORT: stop the cluster first"
  else
    BROKER_PORT="$(choose_port "$BROKER_PORT" "$WANTED_BROKER_PORT" 9092 "${free[0]}" broker)"
    CONTROLLER_PORT="$(choose_port "$CONTROLLER_PORT" '' '' "${free[1]}" controller)"
    INTERNAL_PORT="$(choose_port "$INTERNAL_PORT" '' '' "${free[4]}" "the broker's internal")"
  fi
  if running_pid jobmanager >/dev/null; then
    [ -z "$WANTED_REST_PORT" ] || [ "$WANTED_REST_PORT" = "$REST_PORT" ] ||
      fail "the JobManager runs already, on port $REST_PORT: stop the cluster first"
  else
    REST_PORT="$(choose_port "$REST_PORT" "$WANTED_REST_PORT" 8081 "${free[2]}" "Flink's REST")"
    JOBMANAGER_PORT="$(choose_port "$JOBMANAGER_PORT" '' '' "${free[3]}" JobManager)"
  fi
  running_pid zookeeper >/dev/null ||
    ZOOKEEPER_PORT="$(choose_port "$ZOOKEEPER_PORT" '' '' "${free[5]}" ZooKeeper)"
  printf '%s=%s\n' BROKER_PORT "$BROKER_PORT" CONTROLLER_PORT "$CONTROLLER_PORT" \
    INTERNAL_PORT "$INTERNAL_PORT" REST_PORT "$REST_PORT" JOBMANAGER_PORT "$JOBMANAGER_PORT" \
    ZOOKEEPER_PORT "$ZOOKEEPER_PORT" SECURITY "$SECURITY" HA "$HA" >"$RUN_DIR/cluster.env"
}

# Copies a file and fills in NAME VALUE pairs; awk, because paths may hold any character of sed's.
fill_in() {
  local from="$1" to="$2"
  shift 2
  awk 'BEGIN {
      for (i = 2; i < ARGC; i += 2) { key[i] = "@" ARGV[i] "@"; val[i] = ARGV[i + 1]; ARGV[i] = ARGV[i + 1] = "" }
    }
    {
      line = $0
      for (i in key) {
        out = ""
        while ((at = index(line, key[i])) > 0) {
          out = out substr(line, 1, at - 1) val[i]
          line = substr(line, at + length(key[i]))
        }
        line = out line
      }
      print line
    }' "$from" "$@" >"$to"
}

# One start or stop at a time. The lock is a link to the process id of its holder.
lock() {
  local tries=0 holder
  while ! ln -s "$$" "$RUN_DIR/lock" 2>/dev/null; do
    holder="$(readlink "$RUN_DIR/lock" || true)"
    if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then
      rm -f "$RUN_DIR/lock"
      continue
    fi
    tries=$((tries + 1))
    [ "$tries" -le "$START_SECONDS" ] || fail "process $holder is starting or stopping the cluster in $RUN_DIR"
    sleep 1
  done
  LOCKED=yes
}

unlock() {
  rm -f "$RUN_DIR/lock"
  LOCKED=no
}
