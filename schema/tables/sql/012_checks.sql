-- How many subjects of a call each rule judged, and how: silence is not health.
CREATE TABLE IF NOT EXISTS {{sharded "checks"}} (
    call_id String,
    version UInt64,
    rule LowCardinality(String),
    population UInt64,
    pass UInt64,
    fail UInt64,
    no_evidence UInt64,
    not_applicable UInt64
) ENGINE = {{engine "checks" "Replacing"}}
ORDER BY (call_id, version, rule){{settings}};
{{distributed "checks" "cityHash64(call_id)"}}

CREATE OR REPLACE VIEW {{view "checks_current"}} AS
SELECT call_id, version, rule, population, pass, fail, no_evidence, not_applicable
FROM checks FINAL WHERE (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current);
