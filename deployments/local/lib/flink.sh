# shellcheck shell=bash
# JobManager, TaskManagers and Flink's client.

# The folder of this platform's ONNX Runtime libraries: a fixed one, so that a killed process leaves no copy behind.
native_folder() {
  local os=linux arch=x64
  [ "$(uname -s)" != Darwin ] || os=osx
  case "$(uname -m)" in aarch64 | arm64) arch=aarch64 ;; esac
  echo "$NATIVES/$os-$arch"
}

# Runs Flink's code with what all its JVMs need: JVM_ARGUMENTS, and one OpenMP thread per kernel call (oneDNN).
jvm_arguments() {
  export OMP_NUM_THREADS=1
  JVM_ARGUMENTS=("@$HERE/conf/flink-jvm.args" "-Dorg.bytedeco.javacpp.cachedir=${NATIVES%/ai/*}/javacpp"
     "-Dlog4j2.configurationFile=file:$HERE/conf/$1")
  if [ -d "$(native_folder)" ]; then
    JVM_ARGUMENTS+=("-Donnxruntime.native.path=$(native_folder)")
  fi
}

start_flink() {
  local number
  if ! running_pid jobmanager >/dev/null; then
    write_flink_conf
    [ "$HA" = no ] || start_zookeeper
    start_jobmanager
  elif [ -n "$FLINK_SETTINGS" ]; then
    fail "the JobManager runs already: --conf takes effect after a stop"
  fi
  for number in $(seq 1 "$TASKMANAGERS"); do
    running_pid "taskmanager-$number" >/dev/null || start_taskmanager "$number"
  done
}

write_flink_conf() {
  local conf="$RUN_DIR/conf/config.yaml"
  fill_in "$HERE/conf/config.yaml" "$conf.base" JOBMANAGER_PORT "$JOBMANAGER_PORT" REST_PORT "$REST_PORT" \
    SLOTS "$SLOTS" PARALLELISM $((SLOTS * TASKMANAGERS)) TASKMANAGER_MEMORY "$TASKMANAGER_MEMORY" RUN_DIR "$RUN_DIR"
  [ "$HA" = no ] || fill_in "$HERE/conf/high-availability.yaml" "$conf.ha" \
    ZOOKEEPER_PORT "$ZOOKEEPER_PORT" RUN_DIR "$RUN_DIR"
  [ "$HA" = no ] || cat "$conf.ha" >>"$conf.base"
  # A setting given by --conf replaces the line of the same key.
  printf '%s' "$FLINK_SETTINGS" >"$conf.extra"
  awk -F': ' 'FNR == NR { if ($1 != "") { extra[$1] = $0; order[++n] = $1 } next }
      !($1 in extra) { print }
      END { for (i = 1; i <= n; i++) if (order[i] in extra) { print extra[order[i]]; delete extra[order[i]] } }' \
    "$conf.extra" "$conf.base" >"$conf"
  rm -f "$conf.base" "$conf.extra" "$conf.ha"
}

# JM or TM: sets MEMORY_FLAGS and MEMORY_SETTINGS, as Flink's own scripts compute them.
memory_parameters() {
  local file="$RUN_DIR/conf/$1.memory" lines
  if ! "$JAVA" -Xmx128m -XX:TieredStopAtLevel=1 "-Dlog4j2.configurationFile=file:$HERE/conf/log4j2-client.properties" \
    -cp "$FLINK_LIB/*" org.apache.flink.runtime.util.bash.BashJavaUtils "GET_$1_RESOURCE_PARAMS" \
    --configDir "$RUN_DIR/conf" >"$file" 2>&1; then
    sed 's/^/  /' "$file" | head -n 5 >&2
    stop_started
    fail "Flink refuses its memory settings (above): see $RUN_DIR/conf/config.yaml"
  fi
  lines="$(sed -n 's/^BASH_JAVA_UTILS_EXEC_RESULT://p' "$file")"
  read -r -a MEMORY_FLAGS <<<"$(sed -n 1p <<<"$lines")"
  read -r -a MEMORY_SETTINGS <<<"$(sed -n 2p <<<"$lines")"
}

# ZooKeeper is in Flink's own jars. What it holds are addresses and names of files.
start_zookeeper() {
  ! running_pid zookeeper >/dev/null || return 0
  printf '%s\n' "clientPort=$ZOOKEEPER_PORT" clientPortAddress=127.0.0.1 "dataDir=$RUN_DIR/zookeeper" \
    tickTime=1000 admin.enableServer=false >"$RUN_DIR/conf/zoo.cfg"
  jvm_arguments log4j2.properties
  launch zookeeper "$FLINK_LIB/*" org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer \
    -Xmx128m -XX:TieredStopAtLevel=1 "${JVM_ARGUMENTS[@]}" -- --zkConfigFile "$RUN_DIR/conf/zoo.cfg" --peerId 1
  await zookeeper "listening on port $ZOOKEEPER_PORT" port_is_taken "$ZOOKEEPER_PORT"
}

start_jobmanager() {
  ! running_pid jobmanager >/dev/null || return 0
  memory_parameters JM
  jvm_arguments log4j2.properties
  launch jobmanager "$FLINK_LIB/*" org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint \
    "${MEMORY_FLAGS[@]}" "${JVM_ARGUMENTS[@]}" -- \
    --configDir "$RUN_DIR/conf" --executionMode cluster "${MEMORY_SETTINGS[@]}"
}

# The id is new at every start: a killed one is registered until its heartbeat times out.
start_taskmanager() {
  local name="taskmanager-$1" id
  ! running_pid "$name" >/dev/null || return 0
  id="$name-$(date +%s)-$$"
  memory_parameters TM
  jvm_arguments log4j2.properties
  launch "$name" "$FLINK_LIB/*" org.apache.flink.runtime.taskexecutor.TaskManagerRunner \
    "${MEMORY_FLAGS[@]}" -XX:+ExitOnOutOfMemoryError "${JVM_ARGUMENTS[@]}" -- \
    --configDir "$RUN_DIR/conf" -D "taskmanager.resource-id=$id" "${MEMORY_SETTINGS[@]}"
  echo "$id" >"$RUN_DIR/conf/$name.id"
}

await_flink() {
  local number
  await_jobmanager
  for number in $(seq 1 "$TASKMANAGERS"); do
    await_taskmanager "$number"
  done
}

await_jobmanager() {
  await jobmanager "answering on port $REST_PORT" flink_answers
}

await_taskmanager() {
  await "taskmanager-$1" "registered with the JobManager" taskmanager_is_registered "$1"
}

flink_answers() {
  case "$(http_get "$REST_PORT" /overview)" in *'"slots-total"'*) ;; *) return 1 ;; esac
}

taskmanager_is_registered() {
  local id
  id="$(cat "$RUN_DIR/conf/taskmanager-$1.id")"
  case "$(http_get "$REST_PORT" /taskmanagers)" in *"\"id\":\"$id\""*) ;; *) return 1 ;; esac
}

require_flink_up() {
  running_pid jobmanager >/dev/null || fail "no JobManager runs in $RUN_DIR; start it: $0 start"
}

address_of() {
  case "$1" in
    broker) echo "127.0.0.1:$BROKER_PORT${SECURITY:+   secured: $SECURITY}" ;;
    zookeeper) echo "127.0.0.1:$ZOOKEEPER_PORT" ;;
    jobmanager) echo "http://127.0.0.1:$REST_PORT" ;;
  esac
}

flink_client() {
  jvm_arguments log4j2-client.properties
  FLINK_CONF_DIR="$RUN_DIR/conf" "$JAVA" -Xmx512m -XX:TieredStopAtLevel=1 "${JVM_ARGUMENTS[@]}" \
    -cp "$FLINK_LIB/*" org.apache.flink.client.cli.CliFrontend "$@" ||
    fail "Flink's client failed (flink $1); the JobManager's log: $RUN_DIR/logs/jobmanager.log"
}

running_jobs() {
  http_get "$REST_PORT" /jobs | grep -o '"id":"[0-9a-f]*","status":"[A-Z]*"' |
    grep -E 'CREATED|RUNNING|RESTARTING|FAILING' | cut -d'"' -f4 || true
}
