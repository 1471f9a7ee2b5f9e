#!/bin/sh
# On a new volume the postgres image runs this once: the role and the database of Ebb. The image's
# own user is a superuser, whom row-level security does not bind.
set -e
psql --set ON_ERROR_STOP=1 --set password="$POSTGRES_PASSWORD" --username "$POSTGRES_USER" <<'SQL'
create role ebb login password :'password';
create database ebb owner ebb;
SQL
