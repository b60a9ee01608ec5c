#!/bin/sh
# Makes every secret of `docker compose up` once, and leaves alone what is there. Nothing secret is in the
# repository, in an image or in an environment variable, and no `.env` is needed.
#   $SIGNING_DIR    the private signing key; only this one-shot mounts it, so no service can make a token
#   $IDENTITY_DIR   jwks.json and the token with which services call each other
#   $PASSWORDS_DIR  per database role: the password, and the same as a libpq password file (PGPASSFILE)
set -eu
umask 077

hamdel keys init --dir "$SIGNING_DIR"
for file in jwks.json service.token; do
    cp "$SIGNING_DIR/$file" "$IDENTITY_DIR/$file.new"
    mv "$IDENTITY_DIR/$file.new" "$IDENTITY_DIR/$file"
done

for role in postgres profile interaction survey loyalty gateway; do
    # The password file is written last: where it is missing, nobody has used the password yet.
    [ -s "$PASSWORDS_DIR/$role.pgpass" ] && continue
    password=$(python -c 'import secrets; print(secrets.token_urlsafe(32))')
    printf '%s' "$password" > "$PASSWORDS_DIR/$role"
    printf '*:*:*:%s:%s\n' "$role" "$password" > "$PASSWORDS_DIR/$role.pgpass"
done
