#!/bin/sh
# Creates the databases, or brings those that are there up to date. `setup-schema` is run on a new one only: on an old one
# it would set the schema's version back to 0.0.
set -eu

sql() {
  temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_SEEDS" --port "$DB_PORT" -u "$POSTGRES_USER" --pw "$POSTGRES_PWD" "$@"
}

schema() {
  folder="${SCHEMA_FOLDER:-/etc/temporal/schema/postgresql/v12}/$2/versioned"
  if sql --db "$1" update-schema -d "$folder"; then
    return
  fi
  sql --db "$1" create
  sql --db "$1" setup-schema -v 0.0
  sql --db "$1" update-schema -d "$folder"
}

schema temporal temporal
schema temporal_visibility visibility
