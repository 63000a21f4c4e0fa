-- The events of a large call are read in parts, each of which fits the memory.
CREATE OR REPLACE VIEW {{view "events_part"}} AS
{{eventsParted}};

-- A finding that was taken back while its version counted is no more.
CREATE OR REPLACE VIEW {{view "findings_current"}} AS
SELECT call_id, version, id, rule, severity, status, result, tenant, app, subject, raw_id, capture, first_at, detected_at,
    message, evidence, policy_version
FROM findings FINAL WHERE status NOT IN ('withdrawn', 'superseded') AND (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current)
UNION ALL
SELECT '' AS call_id, version, id, rule, severity, status, result, tenant, app, subject, raw_id, capture, first_at, detected_at,
    message, evidence, policy_version
FROM findings AS f FINAL WHERE (f.call_id, f.version) GLOBAL IN (SELECT subject_id, version FROM subjects FINAL);
