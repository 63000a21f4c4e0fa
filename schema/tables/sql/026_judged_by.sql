-- As of when, by which version of the policy and by which rules of the program a
-- call was judged: a backtest takes over what would be judged alike. Rows from
-- before have none of it.
ALTER TABLE {{everywhere "calls"}} ADD COLUMN IF NOT EXISTS as_of Nullable(DateTime64(3, 'UTC')) COMMENT 'the instant for which it was judged';
ALTER TABLE {{everywhere "calls"}} ADD COLUMN IF NOT EXISTS policy LowCardinality(String) COMMENT 'the version that judged it';
ALTER TABLE {{everywhere "calls"}} ADD COLUMN IF NOT EXISTS rules LowCardinality(String) COMMENT 'digest of the ids and versions of the rules of the program that judged it';

CREATE OR REPLACE VIEW {{view "calls_current"}} AS
SELECT call_id, version, superseded_by, tenant, resource, teams, start, end, alias_keys, json, stored_at, chat, as_of, policy, rules
FROM calls FINAL WHERE superseded_by = '';
