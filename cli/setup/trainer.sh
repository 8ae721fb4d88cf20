#!/usr/bin/env bash
# Builds the trainer's Python environment in $FORGE_TOOLS/trainer once per lock. `--check` only says whether it is there.
# Its progress is one word in trainer.step; pip's own noise goes to trainer.log. Safe to start twice: the second waits.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)"
tools="${FORGE_TOOLS:-$root/.tools}"
venv="$tools/trainer"
requirements="$root/trainer/requirements.txt"
plain_torch="$root/trainer/requirements-torch.txt"
cpu_torch="$root/trainer/requirements-torch-cpu.txt"
stamp="$(cat "$requirements" "$plain_torch" "$cpu_torch" | cksum | tr ' ' '-')"
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
os="$(uname -s | tr '[:upper:]' '[:lower:]')"
machine="$(uname -m)"
wanted="$plain_torch"
if [ "$os" = linux ] && ! { [ -e /dev/nvidia0 ] || nvidia-smi -L >/dev/null 2>&1; }; then wanted="$cpu_torch"; fi
# knows FILE VERSION: whether FILE has the checksum of torch for this platform and Python VERSION.
knows() { grep -q "sys_platform == \"$os\" and platform_machine == \"$machine\" and python_version == \"$2\"" "$1"; }
python=""
for candidate in python3.13 python3.12 python3.11 python3 python; do
  version="$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || true)"
  case "$version" in 3.11 | 3.12 | 3.13) ;; *) continue ;; esac
  if knows "$wanted" "$version"; then python="$candidate"; break; fi # before a newer one whose torch cannot be checked
  [ -n "$python" ] || python="$candidate"
done
[ -n "$python" ] || fail "training needs Python 3.11, 3.12 or 3.13: install one (for example: apt-get install python3 python3-venv), then run this again."
version="$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"

step "creating the environment"
rm -rf "$venv"
if "$python" -c 'import ensurepip' 2>/dev/null; then quiet "$python" -m venv "$venv" || fail "python -m venv failed; see $tools/trainer.log"
elif "$python" -m virtualenv --version >/dev/null 2>&1; then quiet "$python" -m virtualenv "$venv" || fail "virtualenv failed; see $tools/trainer.log"
else fail "this Python lacks venv: apt-get install python3-venv, or pip install --user virtualenv, then run this again."; fi
pip=("$venv/bin/python" -m pip install --no-cache-dir --disable-pip-version-check --no-input --prefer-binary)

# install_torch FILE [PIP OPTIONS]: the build that FILE names; a wheel whose checksum differs ends the set-up, because
# another source must not silently stand in for it.
unchecked=""
install_torch() {
  local file=$1 pin wheel
  shift
  pin="$(sed -n 's/^\(torch===[^ ]*\) .*/\1/p' "$file" | head -1)"
  if ! knows "$file" "$version"; then
    quiet "${pip[@]}" --no-deps "$@" "$pin" || return 1
    unchecked="; torch ${pin#torch===} for Python $version on $os $machine: this release knows no checksum for it; installed by version alone"
    return 0
  fi
  quiet "${pip[@]}" --no-deps --require-hashes "$@" -r "$file" && return 0
  if grep -q 'DO NOT MATCH THE HASHES' "$tools/trainer.log"; then
    wheel="$(sed -n 's#^ *torch=.*/\([^/ ]*\.whl\).*#\1#p' "$tools/trainer.log" | head -1 | sed 's/%2[Bb]/+/')"
    fail "${wheel:-torch} is not the file this release was made with: its checksum differs from the one in trainer/$(basename "$file"). Remove it from the mirror or folder that pip takes it from (pip config list names them), then run this again; see $tools/trainer.log"
  fi
  return 1
}

step "installing torch"
if [ "$wanted" = "$cpu_torch" ]; then
  index="${FORGE_TORCH_INDEX:-https://download.pytorch.org/whl/cpu}"
  if install_torch "$cpu_torch"; then flavour="CPU build from pip's own index"
  elif install_torch "$cpu_torch" --extra-index-url "$index"; then flavour="CPU build from $index"
  else
    step "installing torch with CUDA packages of several GB: neither pip's index nor $index (FORGE_TORCH_INDEX) has the CPU build"
    install_torch "$plain_torch" || fail "torch could not be installed; see $tools/trainer.log"
    wanted="$plain_torch"
    flavour="plain build with CUDA packages (no CPU build was found: set FORGE_TORCH_INDEX and remove $venv to have one)"
  fi
else install_torch "$plain_torch" || fail "torch could not be installed; see $tools/trainer.log"; flavour="plain build"; fi

step "installing TRL, PEFT and transformers"
quiet "${pip[@]}" --no-deps --require-hashes -r "$requirements" || fail "the trainer's packages could not be installed; see $tools/trainer.log"
if [ "$os" = linux ] && [ "$wanted" = "$plain_torch" ]; then
  step "installing the CUDA packages of torch"
  "$venv/bin/python" -m pip freeze >"$tools/trainer.before"
  quiet "${pip[@]}" "$(sed -n 's/^\(torch===[^ ]*\) .*/\1/p' "$plain_torch" | head -1)" || fail "the CUDA packages of torch could not be installed; see $tools/trainer.log"
  added="$("$venv/bin/python" -m pip freeze | grep -vxF -f "$tools/trainer.before" | tr '\n' ' ' || true)"
  rm -f "$tools/trainer.before"
  [ -z "$added" ] || unchecked="$unchecked; installed by the versions that torch names, without a checked hash: ${added% }"
fi
step "checking that the packages load"
quiet "$venv/bin/python" -c 'import torch, trl, peft, transformers' || fail "the trainer's packages do not import; see $tools/trainer.log"
printf '%s\n' "$flavour$unchecked" >"$venv/.torch-flavour"
printf '%s\n' "$stamp" >"$venv/.stamp"
step "done"
