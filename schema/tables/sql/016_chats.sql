-- What is no call but a chat, or a day of a meeting's chat, is told from calls:
-- it is metered, and neither counted nor listed as one.
ALTER TABLE {{everywhere "calls"}} ADD COLUMN IF NOT EXISTS chat Bool MATERIALIZED JSONExtractBool(json, 'chat');

CREATE OR REPLACE VIEW {{view "calls_current"}} AS
SELECT call_id, version, superseded_by, tenant, resource, teams, start, end, alias_keys, json, stored_at, chat
FROM calls FINAL WHERE superseded_by = '';
