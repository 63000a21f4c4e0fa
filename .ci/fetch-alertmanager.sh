#!/bin/sh
# Fetches Alertmanager, amtool and promtool, which the integration tests run,
# into .cache/alertmanager/usr/bin: Alertmanager is built from its Go module, the
# tools come from Debian's packages, through apt-get, without installing anything
# and without root. Does nothing when they are there.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
version=v0.28.1
target=$root/.cache/alertmanager
if [ "$(cat "$target/.done" 2>/dev/null)" = "$version" ]; then
	exit 0
fi
for tool in apt-get dpkg-deb; do
	command -v $tool >/dev/null || {
		echo "fetch-alertmanager: $tool not found: install Alertmanager and Prometheus, and set ROLLCALL_ALERTMANAGER to the folder of alertmanager, amtool and promtool" >&2
		exit 1
	}
done
mkdir -p "$root/.cache"
work=$(mktemp -d "$root/.cache/alertmanager.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
fetch() { (cd "$work" && apt-get download -q prometheus-alertmanager prometheus) >"$work/log" 2>&1; }
# A fresh machine has no lists of packages; only root may bring them.
fetch || { apt-get update -q >>"$work/log" 2>&1 && fetch; } || {
	cat "$work/log" >&2
	echo "fetch-alertmanager: apt-get could not download prometheus-alertmanager and prometheus; run apt-get update as root" >&2
	exit 1
}
mkdir "$work/tree"
for package in "$work"/*.deb; do
	dpkg-deb -x "$package" "$work/tree"
done
rm -rf "$target"
mkdir -p "$target/usr/bin"
for tool in amtool promtool; do
	cp "$work/tree/usr/bin/$tool" "$target/usr/bin/"
done
# Debian's Alertmanager looks for a template at a fixed place of the system.
echo "building Alertmanager $version, once, about two minutes" >&2
GOBIN="$target/usr/bin" CGO_ENABLED=0 "${GO:-go}" install "github.com/prometheus/alertmanager/cmd/alertmanager@$version"
# Written last, so that an interrupted run is repeated.
echo "$version" >"$target/.done"
