#!/bin/sh
# Goldilocks against JAX, NumPy + joblib and scikit-learn on the same workloads.
#
#   benches/peers/run.sh [options of run.py, for example --rounds 3 --workloads million]
#
# Installs the peers from PyPI, in the versions of requirements.txt, into an environment that is removed at the end.
# PYTHON names the interpreter (3.11 or later), KEEP_VENV a folder for an environment that stays and is used again.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
python=${PYTHON:-python3}

if [ -n "${KEEP_VENV:-}" ]; then
    environment=$KEEP_VENV
else
    environment=$(mktemp -d "${TMPDIR:-/tmp}/goldilocks-peers.XXXXXX")
    trap 'rm -rf -- "$environment"' EXIT
    trap 'exit 130' INT TERM
fi

[ -x "$environment/bin/python" ] || "$python" -m venv "$environment"
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
"$environment/bin/python" "$here/run.py" "$@"
