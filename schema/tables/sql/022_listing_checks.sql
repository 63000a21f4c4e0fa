-- What the brand rules say of each part of the listing of an app that counts:
-- its latest. The rows lie under the id of the subject that the listing is; its
-- row in subjects makes a version count.
CREATE TABLE IF NOT EXISTS {{everywhere "listing_checks"}} (
    subject_id String,
    version UInt64,
    tenant LowCardinality(String),
    app LowCardinality(String),
    event_id String COMMENT 'that said the listing',
    listed_at Nullable(DateTime64(3, 'UTC')) COMMENT 'when it said so',
    position UInt32 COMMENT 'of the check among those of the listing, from 1',
    rule LowCardinality(String),
    field LowCardinality(String) COMMENT 'the member of the listing',
    kind LowCardinality(String) COMMENT 'of a text or asset',
    locale LowCardinality(String) COMMENT 'of a text',
    result LowCardinality(String),
    status LowCardinality(String) COMMENT 'of its finding; empty without one',
    seen String,
    expected String
) ENGINE = {{engine "listing_checks" "Replacing"}}
ORDER BY (subject_id, version, position){{settings}};

CREATE OR REPLACE VIEW {{view "listing_checks_current"}} AS
SELECT subject_id, version, tenant, app, event_id, listed_at, position, rule, field, kind, locale, result, status, seen, expected
FROM listing_checks FINAL WHERE (subject_id, version) GLOBAL IN (SELECT subject_id, version FROM subjects FINAL);
