#!/bin/sh
# Installs the code and the packages of this archive in a new environment, runs the study again in a new folder,
# and compares every table with the archived one, byte for byte.
# usage: sh reproduce.sh [FOLDER]    FOLDER: where to work; new (default: reproduced, beside this file)
# PYTHON: interpreter of the new environment (default: python3; the archived tables were made with @PYTHON@).
# Exit code: 0 every table is the same, 1 some differ, 2 nothing could be compared.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=${1:-$here/reproduced}
if [ -e "$work" ]; then
  echo "$work exists; name a new folder" >&2
  exit 2
fi
mkdir -p "$work"
work=$(cd "$work" && pwd)

"${PYTHON:-python3}" -m venv "$work/environment" || exit 2
python=$work/environment/bin/python
[ -x "$python" ] || python=$work/environment/Scripts/python.exe
echo "Installing @WHEEL@ and its packages in the archived versions"
"$python" -m pip install --quiet --disable-pip-version-check @PACKAGES@ || exit 2
moat() { "$python" -m political_moat.experiments.cli.main "$@"; }

echo "Running the study again"
# Exit code 1: some replicates failed, and the tables are made from the others.
moat sweep "$here/results" --out "$work/results" --quiet@OPTIONS@ > "$work/answer.txt" || [ $? -eq 1 ] || exit 2
@ANALYSE@
cd "$here/results"
find . -type f \( -name '*.csv' -o -name '*.parquet' -o -name '*.dta' -o -name '*.tex' -o -name 'codebook*' \
  -o -name datapackage.json -o -name read.R \) ! -path './inputs/*' ! -path './figures/*' \
  | sed 's|^\./||' | LC_ALL=C sort > "$work/tables.txt"
status=0
while IFS= read -r table; do
  if cmp -s "$table" "$work/results/$table"; then
    echo "same     $table"
  else
    echo "DIFFERS  $table"
    status=1
  fi
done < "$work/tables.txt"
[ -s "$work/tables.txt" ] || exit 2
if [ "$status" -eq 0 ]; then echo "Every table is the same"; else echo "Some tables differ"; fi
exit "$status"
