#!/bin/sh
# Makes the namespace with 90 days of retention, and the search attributes that batch-manager sets. May run again.
set -eu

temporal operator cluster health
temporal operator namespace describe -n default >/dev/null 2>&1 || temporal operator namespace create -n default --retention 90d
temporal operator namespace update -n default --retention 90d >/dev/null

present=$(temporal operator search-attribute list -n default)
attribute() {
  case "$present" in
    *"$1 "*) ;;
    *) temporal operator search-attribute create -n default --name "$1" --type "$2" ;;
  esac
}

for name in CurWorkspace CurBatch CurOp CurTrack CurModule CurStatus CurModel; do attribute "$name" Keyword; done
for name in CurDone CurTotal CurFailed; do attribute "$name" Int; done
attribute CurScore Double
