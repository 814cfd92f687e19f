#!/bin/sh
# Writes the server's configuration from the environment and the secrets, then becomes one role:
#   init    make the database, or bring its modules up to date, and end
#   web     answer HTTP, with workers; runs no scheduled work
#   lanes   run the scheduled work (inbox, billing, ...); answers only its own health check
set -eu

role=${1:-web}
secrets=${SECRETS:-/run/secrets}
config=${CONFIG:-/tmp/odoo.conf}

secret() {
    if [ ! -s "$secrets/$1" ]; then
        echo "The secret $1 is missing or empty: set it in .env (see .env.example)." >&2
        exit 1
    fi
    cat "$secrets/$1"
}

case $role in
init) workers=0 crons=0 ;;
web) workers=${WORKERS:-4} crons=0 ;;
lanes) workers=0 crons=${LANE_THREADS:-2} ;;
*) exec "$@" ;;
esac

db_password=$(secret db_password)
key=$(secret logistics_secret_key)
umask 077
cat >"$config" <<CONF
[options]
addons_path = $ADDONS_PATH
data_dir = $DATA_DIR
db_host = $DB_HOST
db_port = ${DB_PORT:-5432}
db_user = $DB_USER
db_password = $db_password
db_name = $DB_NAME
db_maxconn = 32
list_db = False
proxy_mode = True
server_wide_modules = base,rpc,web
http_interface = 0.0.0.0
http_port = 8069
gevent_port = 8072
workers = $workers
max_cron_threads = $crons
limit_time_cpu = 120
limit_time_real = 240
limit_time_real_cron = 900
logistics_secret_key = $key
CONF

case $role in
init)
    admin_password=$(secret admin_password)
    export admin_password
    exec "$PYTHON" "$(dirname "$0")/first_start.py" "$config" "$DB_NAME"
    ;;
*) exec "$PYTHON" "$ODOO" -c "$config" ;;
esac
