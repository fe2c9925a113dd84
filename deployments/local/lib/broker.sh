# shellcheck shell=bash
# The Kafka broker.

start_broker() {
  local conf="$RUN_DIR/conf/server.properties" data="$RUN_DIR/broker-data" protocol='' certificate=''
  ! running_pid broker >/dev/null || return 0
  if [ -n "$SECURITY" ]; then
    read -r protocol certificate <<<"$(prepare_security)" || true
    [ -n "$certificate" ] || fail "cannot make the secrets of the cluster, see $RUN_DIR/logs/security.log"
    cat "$HERE/conf/server.properties" "$HERE/conf/listeners-secured.properties" >"$conf.base"
  else
    cat "$HERE/conf/server.properties" "$HERE/conf/listeners-plaintext.properties" >"$conf.base"
  fi
  fill_in "$conf.base" "$conf" BROKER_PORT "$BROKER_PORT" CONTROLLER_PORT "$CONTROLLER_PORT" \
    INTERNAL_PORT "$INTERNAL_PORT" DATA_DIR "$data" SECURITY_DIR "$RUN_DIR/security" \
    CLIENT_PROTOCOL "$protocol" CLIENT_CERTIFICATE "$certificate"
  rm -f "$conf.base"
  if [ ! -f "$data/meta.properties" ]; then
    format_storage "$conf"
  fi
  # Not G1: in a heap of this size every record of more than 512 KB is humongous to it.
  launch broker "$KAFKA_LIBS/*" kafka.Kafka -Xmx512m -XX:+UseParallelGC \
    "-Dlog4j2.configurationFile=file:$HERE/conf/log4j2.properties" -- "$conf"
}

# Certificates, users and their client configurations; does nothing when they are there.
prepare_security() {
  "$JAVA" -Xmx128m -XX:TieredStopAtLevel=1 -cp "$DEPLOYMENTS_CLASSES:$PROCESS_CLASSES:$CORE_CLASSES" \
    org.lepcnn.deployments.security.SecurityMain "$RUN_DIR/security" "$SECURITY" ${GATEWAYS[@]+"${GATEWAYS[@]}"} \
    2>"$RUN_DIR/logs/security.log" || sed 's/^/  /' "$RUN_DIR/logs/security.log" >&2
}

format_storage() {
  local id log="$RUN_DIR/logs/broker-format.log"
  id="$(kafka_tool random-uuid 2>"$log")" || fail "cannot make a cluster id, see $log"
  # Passwords come from a file: arguments of a process are public.
  [ -z "$SECURITY" ] || set -- "$1" "@$RUN_DIR/security/storage.args"
  kafka_tool format -t "$id" -c "$@" >"$log" 2>&1 || fail "cannot format the broker's folder, see $log"
}

kafka_tool() {
  "$JAVA" -Xmx256m -XX:TieredStopAtLevel=1 "-Dlog4j2.configurationFile=file:$HERE/conf/log4j2-client.properties" \
    -cp "$KAFKA_LIBS/*" kafka.tools.StorageTool "$@"
}

await_broker() {
  await broker "started" grep -q 'Kafka Server started' "$RUN_DIR/logs/broker.log"
}
