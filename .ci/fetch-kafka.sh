#!/bin/sh
# Fetches the Apache Kafka broker that the integration tests start into
# .cache/kafka/libs. Does nothing when it is there; needs Maven otherwise.
set -eu
cd "$(dirname "$0")/.."
libs=.cache/kafka/libs
stamp=$libs/.pom
if cmp -s testdata/kafka/pom.xml "$stamp"; then
	exit 0
fi
command -v mvn >/dev/null || {
	echo "fetch-kafka: mvn not found: install Maven, or set ROLLCALL_KAFKA_LIBS to a folder with Kafka's jars" >&2
	exit 1
}
rm -rf "$libs"
mvn -q -B -C -f testdata/kafka/pom.xml dependency:copy-dependencies \
	-DincludeScope=runtime -DoutputDirectory="$PWD/$libs"
# Written last, so that an interrupted run is repeated.
cp testdata/kafka/pom.xml "$stamp"
