#!/bin/sh
# Schema changes on their way to production, as plain commands for any CI:
#
#   sh ballast-ci.sh check      on every change
#   sh ballast-ci.sh preview    on every change that is proposed; preview.md is for a comment
#   sh ballast-ci.sh deploy     when a change has come to the main branch
#   sh ballast-ci.sh drift      every night
#
# preview wants NEON_PROJECT_ID and NEON_API_KEY; deploy wants MIGRATE_URL, BALLAST_MIGRATE_TOKEN,
# and what wrangler wants; drift wants DATABASE_URL, of a role that only reads.
set -eu

check() {
  npx ballast check
  npx ballast bundle --check
}

# A branch of production's data for as long as it takes.
preview() {
  npx ballast preview --expires 2h --report preview.md -- npm test
}

deploy() {
  # A preview URL leads to a version that nobody has reviewed, with production's secrets.
  if printf %s "$MIGRATE_URL" | grep -Eq '^https://[0-9a-f]{8}-[^/]*\.workers\.dev(/|$)'; then
    echo 'MIGRATE_URL is a preview URL' >&2
    exit 1
  fi
  # What is added goes before the code that needs it. What is taken away goes after the last code
  # that needed it: then the commit says so, in a line "Migrate: after".
  if git log -1 --format=%B | grep -qx 'Migrate: after'; then
    npx wrangler deploy
    migrate
  else
    migrate
    npx wrangler deploy
  fi
}

# The migrator serves no users. Another bundle than that of this commit is refused, and so is a
# database of another environment.
migrate() {
  npx wrangler deploy --config migrator/wrangler.jsonc
  npx ballast migrate --via "$MIGRATE_URL" --environment "${ENVIRONMENT:-production}"
}

drift() {
  npx ballast drift --against folder
}

case "${1:-}" in
  check | preview | deploy | drift) "$1" ;;
  *)
    echo 'usage: sh ballast-ci.sh check|preview|deploy|drift' >&2
    exit 2
    ;;
esac
