-- Which version of its rule judged a finding, beside the version of the policy.
ALTER TABLE {{sharded "findings"}} ADD COLUMN IF NOT EXISTS rule_version UInt32 COMMENT 'counts changes of what the rule finds, from 1; 0: not known, or a rule of the policy';
{{aboveShards "findings" "ADD COLUMN IF NOT EXISTS rule_version UInt32"}}

CREATE OR REPLACE VIEW {{view "findings_current"}} AS
SELECT call_id, version, id, rule, severity, status, result, tenant, app, subject, raw_id, capture, first_at, detected_at,
    message, evidence, policy_version, rule_version
FROM findings FINAL WHERE status NOT IN ('withdrawn', 'superseded') AND (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current)
UNION ALL
SELECT '' AS call_id, version, id, rule, severity, status, result, tenant, app, subject, raw_id, capture, first_at, detected_at,
    message, evidence, policy_version, rule_version
FROM findings AS f FINAL WHERE (f.call_id, f.version) GLOBAL IN (SELECT subject_id, version FROM subjects FINAL);
