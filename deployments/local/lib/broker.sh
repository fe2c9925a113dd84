# shellcheck shell=bash
# The Kafka broker.

start_broker() {
  local conf="$RUN_DIR/conf/server.properties" data="$RUN_DIR/broker-data"
  ! running_pid broker >/dev/null || return 0
  fill_in "$HERE/conf/server.properties" "$conf" BROKER_PORT "$BROKER_PORT" \
    CONTROLLER_PORT "$CONTROLLER_PORT" DATA_DIR "$data"
  if [ ! -f "$data/meta.properties" ]; then
    format_storage "$conf"
  fi
  # Not G1: in a heap of this size every record of more than 512 KB is humongous to it.
  launch broker "$KAFKA_LIBS/*" kafka.Kafka -Xmx512m -XX:+UseParallelGC \
    "-Dlog4j2.configurationFile=file:$HERE/conf/log4j2.properties" -- "$conf"
}

format_storage() {
  local id log="$RUN_DIR/logs/broker-format.log"
  id="$(kafka_tool random-uuid 2>"$log")" || fail "cannot make a cluster id, see $log"
  kafka_tool format -t "$id" -c "$1" >"$log" 2>&1 || fail "cannot format the broker's folder, see $log"
}

kafka_tool() {
  "$JAVA" -Xmx256m -XX:TieredStopAtLevel=1 "-Dlog4j2.configurationFile=file:$HERE/conf/log4j2-client.properties" \
    -cp "$KAFKA_LIBS/*" kafka.tools.StorageTool "$@"
}

await_broker() {
  await broker "started" grep -q 'Kafka Server started' "$RUN_DIR/logs/broker.log"
}
