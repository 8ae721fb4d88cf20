#!/usr/bin/env bash
# Builds the trainer's Python environment in $FORGE_TOOLS/trainer once per lock. `--check` only says whether it is there.
# Its progress is one word in trainer.step; pip's own noise goes to trainer.log. Safe to start twice: the second waits.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)"
tools="${FORGE_TOOLS:-$root/.tools}"
venv="$tools/trainer"
requirements="$root/trainer/requirements.txt"
torch="$(sed -n 's/^\(torch==[0-9.]*\).*/\1/p' "$root/trainer/requirements-torch.txt" | head -1)"
stamp="$(cat "$requirements" "$root/trainer/requirements-torch.txt" | cksum | tr ' ' '-')"
is_ready() { [ "$(cat "$venv/.stamp" 2>/dev/null || true)" = "$stamp" ]; }
is_ready && exit 0
[ "${1:-}" = "--check" ] && exit 1

mkdir -p "$tools"
step() { printf '%s\n' "$1" >"$tools/trainer.step"; }
fail() { step "failed: $1"; printf 'forge: %s\n' "$1" >&2; exit 1; }

# A lock of its own, because it runs beside npm's.
lock="$tools/trainer.lock"
child=""
cleanup() { [ -n "$child" ] && kill "$child" 2>/dev/null; release_lock "$lock"; }
trap cleanup EXIT
trap 'exit 143' INT TERM
# shellcheck source=lock.sh
. "$root/cli/setup/lock.sh"
# Of two that one ./forge started, the first tells its steps; only that of another ./forge is waited for aloud.
say_waiting() { [ "$(cat "$lock/parent" 2>/dev/null || true)" = "$PPID" ] || step "$1"; }
take_lock "$lock" "building the trainer's environment" say_waiting
printf '%s\n' "$PPID" >"$lock/parent"
is_ready && exit 0

# A command of ours that ends takes this with it: bash starts it in the background, where Ctrl-C is not heard.
quiet() {
  local rc=0
  "$@" >>"$tools/trainer.log" 2>&1 &
  child=$!
  while kill -0 "$child" 2>/dev/null; do
    kill -0 "$PPID" 2>/dev/null || exit 143
    sleep 0.5
  done
  wait "$child" || rc=$?
  child=""
  return "$rc"
}

step "looking for Python"
: >"$tools/trainer.log"
python=""
for candidate in python3.13 python3.12 python3.11 python3 python; do
  if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] < (3, 14) else 1)' 2>/dev/null; then python="$candidate"; break; fi
done
[ -n "$python" ] || fail "training needs Python 3.11, 3.12 or 3.13: install one (for example: apt-get install python3 python3-venv), then run this again."

step "creating the environment"
rm -rf "$venv"
if "$python" -c 'import ensurepip' 2>/dev/null; then quiet "$python" -m venv "$venv" || fail "python -m venv failed; see $tools/trainer.log"
elif "$python" -m virtualenv --version >/dev/null 2>&1; then quiet "$python" -m virtualenv "$venv" || fail "virtualenv failed; see $tools/trainer.log"
else fail "this Python lacks venv: apt-get install python3-venv, or pip install --user virtualenv, then run this again."; fi
pip=("$venv/bin/python" -m pip install --no-cache-dir --disable-pip-version-check --no-input --prefer-binary)

step "installing $torch"
if [ "$(uname -s)" = Linux ] && ! { [ -e /dev/nvidia0 ] || nvidia-smi -L >/dev/null 2>&1; }; then
  index="${FORGE_TORCH_INDEX:-https://download.pytorch.org/whl/cpu}"
  if quiet "${pip[@]}" "$torch+cpu"; then flavour="CPU build from pip's own index"
  elif quiet "${pip[@]}" "$torch+cpu" --extra-index-url "$index"; then flavour="CPU build from $index"
  else
    step "installing $torch with CUDA packages of several GB: neither pip's index nor $index (FORGE_TORCH_INDEX) has the CPU build"
    quiet "${pip[@]}" "$torch" || fail "$torch could not be installed; see $tools/trainer.log"
    flavour="plain build with CUDA packages (no CPU build was found: set FORGE_TORCH_INDEX and remove $venv to have one)"
  fi
else quiet "${pip[@]}" "$torch" || fail "$torch could not be installed; see $tools/trainer.log"; flavour="plain build"; fi

step "installing TRL, PEFT and transformers"
quiet "${pip[@]}" --no-deps -r "$requirements" || fail "the trainer's packages could not be installed; see $tools/trainer.log"
step "checking that the packages load"
quiet "$venv/bin/python" -c 'import torch, trl, peft, transformers' || fail "the trainer's packages do not import; see $tools/trainer.log"
printf '%s\n' "$flavour" >"$venv/.torch-flavour"
printf '%s\n' "$stamp" >"$venv/.stamp"
step "done"
