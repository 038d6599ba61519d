#!/bin/sh
# The corpus only grows: no image, report or digest in it has ever been changed or removed.
set -eu

(cd Tests/Corpus/v1 && sha256sum --check --strict --quiet SHA256SUMS)
listed=$(cut -c 67- Tests/Corpus/v1/SHA256SUMS | LC_ALL=C sort)
present=$(cd Tests/Corpus/v1 && ls | grep -v -x SHA256SUMS | LC_ALL=C sort)
if [ "$listed" != "$present" ]; then
  echo "Tests/Corpus/v1 holds other files than SHA256SUMS lists: add images with add.sh" >&2
  exit 1
fi

# What the history tells, where it is there.
if ! git rev-parse --git-dir >/dev/null 2>&1; then exit 0; fi
lost=$(git log --format= --name-only --diff-filter=MDRT -- 'Tests/Corpus/v*/*.state' 'Tests/Corpus/v*/*.json')
changed=$(git status --porcelain -- 'Tests/Corpus/v*/*.state' 'Tests/Corpus/v*/*.json' | grep -v '^[A?]' || true)
removed=$(git log -p --format= -- 'Tests/Corpus/v*/SHA256SUMS' | grep '^-[0-9a-f]' || true)
if [ -n "$lost$changed$removed" ]; then
  echo "the corpus is append-only, and this was changed or removed: $lost$changed$removed" >&2
  exit 1
fi
