-- What a finding saw beside what was expected, apart from its message.
ALTER TABLE {{sharded "findings"}} ADD COLUMN IF NOT EXISTS seen String COMMENT 'what was seen; empty of rules that compare nothing', ADD COLUMN IF NOT EXISTS expected String COMMENT 'what was expected instead';
{{aboveShards "findings" "ADD COLUMN IF NOT EXISTS seen String, ADD COLUMN IF NOT EXISTS expected String"}}

CREATE OR REPLACE VIEW {{view "findings_current"}} AS
SELECT call_id, version, id, rule, severity, status, result, tenant, app, subject, raw_id, capture, first_at, detected_at,
    message, evidence, policy_version, rule_version, seen, expected
FROM findings FINAL WHERE status NOT IN ('withdrawn', 'superseded') AND (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current)
UNION ALL
SELECT '' AS call_id, version, id, rule, severity, status, result, tenant, app, subject, raw_id, capture, first_at, detected_at,
    message, evidence, policy_version, rule_version, seen, expected
FROM findings AS f FINAL WHERE (f.call_id, f.version) GLOBAL IN (SELECT subject_id, version FROM subjects FINAL);
