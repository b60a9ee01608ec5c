#!/bin/sh
# One database and one role per service, both named as the service; safe to repeat. Not an initdb.d script: those run
# on an empty volume alone, and a service that is added later would never get its database.
set -eu

for NAME in profile interaction survey loyalty gateway; do
    export NAME
    # An empty password would be accepted here and refused at every login.
    [ -s "$PASSWORDS_DIR/$NAME" ] || { echo "no password for $NAME in $PASSWORDS_DIR" >&2; exit 1; }
    psql --no-psqlrc --quiet --dbname=postgres --set=ON_ERROR_STOP=1 --set=name="$NAME" <<'SQL'
\set password `cat "$PASSWORDS_DIR/$NAME"`
SELECT format('CREATE ROLE %I', :'name') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \gexec
ALTER ROLE :"name" LOGIN PASSWORD :'password';
SELECT format('CREATE DATABASE %I OWNER %I', :'name', :'name')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
done
