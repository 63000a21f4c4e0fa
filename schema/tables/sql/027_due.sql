-- When a call is to be looked at again though nothing new comes of it: whoever
-- takes it over from a service that has ended has its deadlines at once. Rows from
-- before have none, and those of which nothing is due.
ALTER TABLE {{everywhere "calls"}} ADD COLUMN IF NOT EXISTS due Nullable(DateTime64(3, 'UTC')) COMMENT 'when it is to be looked at again though nothing new comes';

CREATE OR REPLACE VIEW {{view "calls_current"}} AS
SELECT call_id, version, superseded_by, tenant, resource, teams, start, end, alias_keys, json, stored_at, chat, as_of, policy, rules, due
FROM calls FINAL WHERE superseded_by = '';
