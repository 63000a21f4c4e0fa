#!/bin/sh
# Fetches libchdb, ClickHouse as a library, into the project's cache:
#
#     .cache/libchdb/<version>/libchdb.so
#
# It comes from the npm package of the platform, through the npm client and
# whatever registry that client is set up with. Version and SHA-256 are pinned
# here; the Go package schema/chdb looks for the same version (a test compares
# the two). The library appears under its name only when it is whole, so that
# an interrupted run leaves nothing half done. A second run does nothing.
set -eu

version=26.5.3

fail() {
	echo "fetch-libchdb: $*" >&2
	exit 1
}

root=$(cd "$(dirname "$0")/.." && pwd)
target=$root/.cache/libchdb/$version/libchdb.so

if [ -f "$target" ]; then
	echo "$target"
	exit 0
fi

platform=$(uname -s)-$(uname -m)
case $platform in
Linux-x86_64)
	package=@chdb/lib-linux-x64-gnu
	tarball=b874e449710950da3abd7e20376f7bb3387d9e03adcc7082f022be18dfdf316a
	library=4330da79405733f7572f27c1442f46c03a08301f00859dce0368645731b1e1dc
	;;
*)
	# The sister packages for other platforms do not exist in this version.
	fail "no package of libchdb $version is pinned for $platform;" \
		"build or download libchdb and set ROLLCALL_LIBCHDB to its path"
	;;
esac

command -v npm >/dev/null 2>&1 ||
	fail "npm is not installed; install Node.js, or set ROLLCALL_LIBCHDB to a libchdb.so"

if command -v sha256sum >/dev/null 2>&1; then
	sha256() { sha256sum "$1" | cut -d' ' -f1; }
else
	sha256() { shasum -a 256 "$1" | cut -d' ' -f1; }
fi

check() { # file, expected digest, name for the message
	got=$(sha256 "$1")
	[ "$got" = "$2" ] ||
		fail "checksum of $3 is $got, expected $2; nothing was installed"
}

mkdir -p "$root/.cache/libchdb"
# Half a gigabyte must not get into a commit by accident.
[ -e "$root/.cache/.gitignore" ] || echo '*' >"$root/.cache/.gitignore"
work=$(mktemp -d "$root/.cache/libchdb/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

echo "fetching $package@$version (about 160 MB)" >&2
(cd "$work" && npm pack "$package@$version" --silent >/dev/null) ||
	fail "npm could not fetch $package@$version; run 'npm view $package versions' to see what the registry offers"

set -- "$work"/*.tgz
[ -f "$1" ] || fail "npm pack left no archive of $package@$version"
check "$1" "$tarball" "$package@$version"
tar -xzf "$1" -C "$work" package/libchdb.so || fail "could not unpack libchdb.so from $package@$version"
check "$work/package/libchdb.so" "$library" "libchdb.so"

mkdir -p "$(dirname "$target")"
chmod 644 "$work/package/libchdb.so"
mv "$work/package/libchdb.so" "$target"
echo "$target"
