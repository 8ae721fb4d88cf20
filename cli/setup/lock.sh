# Sourced. One set-up at a time: a folder that names its owner's pid and work; a dead owner's lock is taken over.

# take_lock DIR WHAT [SAY]: waits, and says once for whom and what (by the command SAY, else on stderr).
take_lock() {
  local dir=$1 what=$2 say=${3:-} told="" owner words
  while :; do
    if mkdir "$dir" 2>/dev/null; then
      printf '%s\n' "$what" >"$dir/what"
      printf '%s\n' "$$" >"$dir/pid"
      sleep 0.2 # two that found a dead owner at once: the one whose pid stands here has it
      [ "$(cat "$dir/pid" 2>/dev/null || true)" = "$$" ] && return 0
      continue
    fi
    owner="$(cat "$dir/pid" 2>/dev/null || true)"
    if [ -z "$owner" ]; then # only just made, or left by one that died in between
      sleep 1
      [ -z "$(cat "$dir/pid" 2>/dev/null || true)" ] && rm -rf "$dir"
      continue
    fi
    if ! kill -0 "$owner" 2>/dev/null; then rm -rf "$dir"; continue; fi
    words="waiting for another ./forge (pid $owner): $(cat "$dir/what" 2>/dev/null || true)"
    if [ "$words" != "$told" ]; then
      told=$words
      if [ -n "$say" ]; then "$say" "$words"; else printf '  %s\n' "$words" >&2; fi
    fi
    sleep 0.5
  done
}

# release_lock DIR: only one's own.
release_lock() { [ "$(cat "$1/pid" 2>/dev/null || true)" = "$$" ] && rm -rf "$1" || true; }
