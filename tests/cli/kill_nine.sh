#!/usr/bin/env bash
# kill -9 at random moments of `kindling index`: each time `verify` is clean, and what was committed before is found.
#
#   kill_nine.sh BINARY [TIMES] [DOCUMENTS]
# Prints one line a moment; exits 1 at the first promise broken. Needs the embedding model.
set -euo pipefail

kindling=$(realpath "$1")
times=${2:-10}
documents=${3:-1500} # of a run
folder=$(mktemp -d "${TMPDIR:-/tmp}/kill-nine.XXXXXX")
trap 'rm -rf "$folder"' EXIT
cd "$folder"

fail() {
  printf 'kill_nine: %s\n' "$*" >&2
  exit 1
}

mkdir docs
printf '# The Harrow canal\n\nThe canal was dug by hand between 1791 and 1794.\n' > docs/canal.md
"$kindling" index docs -i ix > /dev/null

records() { # ROUND: new documents each time, so that each run has something to commit
  seq 1 "$documents" | awk -v round="$1" '{printf "{\"_id\":\"r%d-%d\",\"text\":\"In round %d the lamp number %d stands at the tide gate.\"}\n", round, $1, round, $1}'
}

# One undisturbed run, to know how long a run is.
records 0 > many.jsonl
began=$(date +%s%N)
"$kindling" index many.jsonl -i ix > /dev/null
run_ms=$((($(date +%s%N) - began) / 1000000))

committed=$("$kindling" status -i ix --json | sed -E 's/.*"documents":([0-9]+).*/\1/')
killed=0
for round in $(seq 1 "$times"); do
  records "$round" > "many-$round.jsonl"
  "$kindling" index "many-$round.jsonl" -i ix > /dev/null 2>&1 &
  writer=$!
  # Documents are committed early and vectors fill the rest: every other moment falls into the first fifth.
  span=$((round % 2 ? run_ms : run_ms / 5))
  moment=$((RANDOM * RANDOM % span))
  sleep "$(printf '%d.%03d' $((moment / 1000)) $((moment % 1000)))"
  kill -9 "$writer" 2> /dev/null && killed=$((killed + 1))
  wait "$writer" 2> /dev/null || true

  "$kindling" verify -i ix > verified 2>&1 || fail "round $round, after $moment ms: $(cat verified)"
  "$kindling" search 'when was the canal dug' -i ix -k 1 --json 2> /dev/null | grep -q canal.md || fail "round $round: the canal is lost"
  now=$("$kindling" status -i ix --json | sed -E 's/.*"documents":([0-9]+).*/\1/')
  ((now >= committed)) || fail "round $round: $now documents where $committed were committed"
  committed=$now
  printf 'killed after %4d of about %d ms: %d documents, verify clean\n' "$moment" "$run_ms" "$now"
done

# The next run takes up what was left.
"$kindling" index many-*.jsonl -i ix > /dev/null
"$kindling" status -i ix --json | grep -q '"pending_embeddings":0' || fail "vectors are missing after the last run"
"$kindling" status -i ix --json | grep -q "\"documents\":$((1 + documents * (times + 1)))" || fail "documents are missing after the last run"
"$kindling" verify -i ix > /dev/null || fail "not clean after the last run"
printf '%d runs, %d of them killed in the middle; all promises held\n' "$times" "$killed"
