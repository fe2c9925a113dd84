# shellcheck shell=bash
# Starting, finding and ending the processes of one run folder.

STOP_SECONDS=10

# With --exit-with-parent standard input is the life line: its end is the end of every process.
open_life_line() {
  if [ "$FOREGROUND" = no ]; then
    exec 9</dev/null
    return
  fi
  if [ -t 0 ] || [ /dev/stdin -ef /dev/null ]; then
    usage_error "--exit-with-parent needs a pipe as standard input, held open by the parent"
  fi
  local class=org/lepcnn/process/ParentWatch.class
  mkdir -p "$RUN_DIR/parent-watch/${class%/*}"
  cp "$PROCESS_CLASSES/$class" "$RUN_DIR/parent-watch/$class"
  exec 9<&0
}

# After a start with --exit-with-parent: waits for the end of the life line, then cleans up.
stay_with_parent() {
  [ "$FOREGROUND" = yes ] || return 0
  cat <&9 >/dev/null &
  wait $! || true
  "$@"
}

# NAME CLASS_PATH MAIN_CLASS [JVM argument...] -- [argument...]
launch() {
  local name="$1" class_path="$2" main="$3" log="$RUN_DIR/logs/$1.log"
  shift 3
  local jvm=()
  while [ "$1" != -- ]; do
    jvm+=("$1")
    shift
  done
  shift
  # shellcheck disable=SC2206 # several arguments in one variable
  jvm+=(${LEPCNN_CHILD_JAVA_OPTS:-})
  if [ "$FOREGROUND" = yes ]; then
    class_path="$class_path:$RUN_DIR/parent-watch"
    set -- "$main" "$@"
    main=org.lepcnn.process.ParentWatch
  fi
  [ ! -f "$log" ] || mv "$log" "$log.1"
  nohup "$JAVA" "${jvm[@]}" "-Dlepcnn.run=$RUN_DIR" "-Dlog.file=$log" -cp "$class_path" "$main" "$@" \
    <&9 >"$log" 2>&1 9<&- &
  echo $! >"$RUN_DIR/pids/$name"
  STARTED="$STARTED $name"
  # Until it has become its program its command line is this script's, and running_pid does not know it.
  while ! running_pid "$name" >/dev/null && is_there $!; do
    sleep 0.02
  done
}

process_names() {
  [ -d "$RUN_DIR/pids" ] || return 0
  (cd "$RUN_DIR/pids" && ls)
}

command_line_of() {
  if [ -d "/proc/$1" ]; then
    tr '\0' ' ' <"/proc/$1/cmdline"
  else
    ps -o args= -p "$1"
  fi 2>/dev/null
}

# Prints the process id of a name, when that process lives and is ours: ids are used again.
running_pid() {
  local pid
  [ -f "$RUN_DIR/pids/$1" ] || return 1
  pid="$(cat "$RUN_DIR/pids/$1")"
  case "$(command_line_of "$pid")" in
    *"-Dlepcnn.run=$RUN_DIR "*) echo "$pid" ;;
    *) return 1 ;;
  esac
}

# Whether a process holds anything yet; one that only waits for its parent to take note (Z) does not.
is_there() {
  local state
  state="$(ps -o stat= -p "$1" 2>/dev/null || sed 's/.*) //' "/proc/$1/stat" 2>/dev/null || true)"
  case "$state" in '' | Z* | X*) return 1 ;; esac
}

# NAME WHAT CONDITION...: waits until the condition holds while the process lives.
await() {
  local name="$1" what="$2" deadline=$((SECONDS + START_SECONDS))
  shift 2
  until "$@"; do
    running_pid "$name" >/dev/null || start_failed "$name" "it ended before it was $what"
    [ "$SECONDS" -lt "$deadline" ] || start_failed "$name" "it was not $what after $START_SECONDS s"
    sleep 0.2
  done
}

start_failed() {
  local name="$1" why="$2"
  echo "cluster: $name did not start: $why. $RUN_DIR/logs/$name.log ends with:" >&2
  tail -n 20 "$RUN_DIR/logs/$name.log" | sed 's/^/  /' >&2
  stop_started
  fail "$name did not start; what this start had started is stopped again"
}

interrupted() {
  trap '' INT TERM HUP
  stop_started
  [ "$LOCKED" = no ] || unlock
  exit "$1"
}

stop_started() {
  # shellcheck disable=SC2086
  stop_processes $STARTED
}

stop_all() {
  # shellcheck disable=SC2046
  stop_processes $(process_names | grep -v -e '^broker$' -e '^zookeeper$' || true)
  stop_processes broker zookeeper
}

stop_process() {
  stop_processes "$1"
}

# Asks all to end, waits, and kills those that have not.
stop_processes() {
  local name pid deadline=$((SECONDS + STOP_SECONDS))
  for name in "$@"; do
    ! pid="$(running_pid "$name")" || kill "$pid" 2>/dev/null || true
  done
  for name in "$@"; do
    while running_pid "$name" >/dev/null && [ "$SECONDS" -lt "$deadline" ]; do
      sleep 0.1
    done
    kill_process "$name"
    rm -f "$RUN_DIR/pids/$name"
  done
}

# SIGKILL, and waits until the process is gone; its pid file stays, so that status shows the death.
kill_process() {
  local pid tries=0
  [ -f "$RUN_DIR/pids/$1" ] || return 0
  while pid="$(running_pid "$1")"; do
    kill -9 "$pid" 2>/dev/null || true
    sleep 0.05
  done
  # It is dead; give the system a moment to take it away, with its ports and files.
  pid="$(cat "$RUN_DIR/pids/$1")"
  while is_there "$pid" && [ "$tries" -lt 40 ]; do
    sleep 0.05
    tries=$((tries + 1))
  done
}
