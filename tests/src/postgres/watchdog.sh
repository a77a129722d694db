# Owns one server, Postgres, its pooler or Redis: makes its folder, runs it, and takes both away when standard input ends.
# Standard input is a pipe held by the test process; the kernel closes it however that process dies.
# One order per line, one line back. Usage: sh -c "$(cat watchdog.sh)" watchdog BIN

bin=$1
server=
end=KILL
trap '' HUP INT TERM # a signal meant for the tests must not keep us from cleaning up

# Memory, where there is plenty, makes new databases in a tenth of the time.
free=$(df -Pk /dev/shm 2>/dev/null | awk 'END { print $4 + 0 }')
if [ -z "${TMPDIR:-}" ] && [ "${free:-0}" -gt 4000000 ]; then TMPDIR=/dev/shm; fi
folder=$(mktemp -d "${TMPDIR:-/tmp}/config-tests.XXXXXX" 2>/dev/null) ||
    folder=$(mktemp -d /tmp/config-tests.XXXXXX) || exit 1
cd "$folder" || exit 1
echo "$folder"

# initdb PASSWORD
make_data() {
    echo "$1" >password &&
        "$bin/initdb" -D data -U admin -A scram-sha-256 --pwfile=password \
            -E UTF8 --locale=C --no-sync --wal-segsize=1 >log 2>&1 </dev/null
}

# start PORT [SETTING=VALUE]…
run() {
    more=
    for setting in ${1#"${1%% *}"}; do more="$more -c $setting"; done
    set -- "${1%% *}"
    set -- -D "$folder/data" -p "$1" -k "$folder" -c listen_addresses=127.0.0.1 \
        -c fsync=off -c full_page_writes=off -c shared_buffers=16MB -c max_connections=200 \
        -c max_wal_size=64MB -c min_wal_size=2MB -c timezone=UTC -c log_timezone=UTC \
        -c authentication_timeout=3 # a session stuck in its login holds up who drops a database
    library=$("$bin/pg_config" --pkglibdir 2>/dev/null) || library=$bin/../lib
    if ls "$library"/pg_stat_statements.* >/dev/null 2>&1; then
        set -- "$@" -c shared_preload_libraries=pg_stat_statements
    fi
    # shellcheck disable=SC2086 # words on purpose: no setting has a blank
    "$bin/postgres" "$@" $more >log 2>&1 </dev/null &
    server=$!
    end=QUIT # at once; stopped children are killed by the server after five seconds
}

# The pooler, by the settings that were put into the folder.
pool() {
    "$bin/pgbouncer" pooler.ini >log 2>&1 </dev/null &
    server=$!
}

# keep PORT: a Redis server, which writes down what it holds when it is told to, and reads it when it starts.
keep() {
    "$bin/redis-server" --port "$1" --bind 127.0.0.1 --dir "$folder" --save '' --appendonly no \
        >log 2>&1 </dev/null &
    server=$!
}

while read -r order argument; do
    case $order in
    initdb) make_data "$argument" ;;
    copy) cp -Rp "$argument" data ;;
    start) run "$argument" ;;
    pool) pool ;;
    keep) keep "$argument" ;;
    wait) wait "$server" 2>/dev/null ; server= ;;
    save) rm -rf saved && cp -Rp data saved ;;
    restore) rm -rf data && cp -Rp saved data ;;
    *) false ;;
    esac
    code=$?
    case $order in
    start | pool | keep) echo "$server" ;;
    wait) echo 0 ;;
    *) echo "$code" ;;
    esac
done

if [ -n "$server" ]; then
    kill -CONT "$server"
    kill -"$end" "$server"
    wait "$server"
fi 2>/dev/null
cd /
rm -rf "$folder" || { sleep 1 && rm -rf "$folder"; }
