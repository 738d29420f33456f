# Sourced by the scripts beside it: stages with the seconds since the first script began, failures that are
# one line, and --help, which prints what stands at the script's head and ends it.
export KEYWARD_STARTED=${KEYWARD_STARTED:-$EPOCHSECONDS}

# A bare environment (a container, a systemd unit) may have no HOME; the cache needs one.
if [[ -z ${HOME:-} ]]; then
  HOME=$(getent passwd "$(id -u)" | cut -d: -f6)
  export HOME
fi

stage() { printf '[%4ds] %s\n' $((EPOCHSECONDS - KEYWARD_STARTED)) "$*" >&2; }

fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

for argument; do
  if [[ $argument == -h || $argument == --help ]]; then
    sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
    exit 0
  fi
done
unset argument
