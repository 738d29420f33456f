#!/bin/bash
# No name of BoringSSL's, defined or wanted, may be left for the linker to see in our crypto archive: gRPC
# brings OpenSSL, which has functions of the same names, into the same process.
# Usage: symbols_test.sh NM BORINGSSL_ARCHIVE CRYPTO_ARCHIVE
set -euo pipefail
export LC_ALL=C

names() { awk 'NF >= 2 && $(NF - 1) ~ /^[A-Za-z]$/ { print $NF }' | sort -u; }

theirs=$("$1" --extern-only --defined-only "$2" | names)
ours=$("$1" --extern-only "$3" | names)
count=$(wc -l <<<"$theirs")
((count > 1000)) || { echo "only $count names in $2: is that BoringSSL?"; exit 1; }
grep -q 'keyward.*crypto.*AeadOpen' <<<"$ours" || { echo "$3 does not define AeadOpen"; exit 1; }

shared=$(comm -12 <(echo "$theirs") <(echo "$ours"))
if [[ -n $shared ]]; then
  echo "the crypto archive shows names of BoringSSL's:"
  echo "$shared"
  exit 1
fi
echo "none of BoringSSL's $count names is visible"
