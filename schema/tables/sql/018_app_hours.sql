-- What the sessions of each call contribute to the clock hours (UTC) of their
-- apps, and the subjects of rules that are no call: an app's hour, a partition,
-- the policy's exceptions. Their findings and populations lie beside those of
-- calls, under the subject's id in place of a call's; a row here, written last,
-- makes a version count.
CREATE TABLE IF NOT EXISTS {{sharded "app_hours"}} (
    call_id String,
    version UInt64,
    tenant LowCardinality(String),
    app LowCardinality(String),
    app_version LowCardinality(String),
    hour DateTime64(3, 'UTC') COMMENT 'its beginning',
    ended UInt32 COMMENT 'obligated sessions that ended in it',
    ended_evidence Array(String) CODEC(ZSTD(1)),
    sent Bool COMMENT 'the app sent anything in it',
    signalled UInt32 COMMENT 'obligated sessions that were first signalled in it',
    signalled_evidence Array(String) CODEC(ZSTD(1)),
    showed Bool COMMENT 'any notice was shown in it, or to those who were signalled',
    gap Bool COMMENT 'evidence was lost that may hold what was sent'
) ENGINE = {{engine "app_hours" "Replacing"}}
ORDER BY (call_id, version, tenant, app, app_version, hour){{settings}};
{{distributed "app_hours" "cityHash64(call_id)"}}

CREATE OR REPLACE VIEW {{view "app_hours_current"}} AS
SELECT call_id, version, tenant, app, app_version, hour, ended, ended_evidence, sent, signalled, signalled_evidence, showed, gap
FROM app_hours FINAL WHERE (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current);

CREATE TABLE IF NOT EXISTS {{everywhere "subjects"}} (
    subject_id String,
    version UInt64,
    stored_at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC')
) ENGINE = {{engine "subjects" "Replacing" "version"}}
ORDER BY subject_id{{settings}};

CREATE OR REPLACE VIEW {{view "findings_current"}} AS
SELECT call_id, version, id, rule, severity, status, result, tenant, app, subject, raw_id, capture, first_at, detected_at,
    message, evidence, policy_version
FROM findings FINAL WHERE (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current)
UNION ALL
SELECT '' AS call_id, version, id, rule, severity, status, result, tenant, app, subject, raw_id, capture, first_at, detected_at,
    message, evidence, policy_version
FROM findings AS f FINAL WHERE (f.call_id, f.version) GLOBAL IN (SELECT subject_id, version FROM subjects FINAL);

CREATE OR REPLACE VIEW {{view "checks_current"}} AS
SELECT call_id, version, rule, population, pass, fail, no_evidence, not_applicable
FROM checks FINAL WHERE (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current)
UNION ALL
SELECT '' AS call_id, version, rule, population, pass, fail, no_evidence, not_applicable
FROM checks AS c FINAL WHERE (c.call_id, c.version) GLOBAL IN (SELECT subject_id, version FROM subjects FINAL);
