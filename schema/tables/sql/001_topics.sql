-- Which re-creation of a topic an epoch number stands for. The newest epoch is
-- the one being written. topic_id is Kafka's own id of the topic in hex, empty
-- where the broker gives none.
CREATE TABLE IF NOT EXISTS {{everywhere "topics"}} (
    topic String,
    epoch UInt32,
    topic_id String,
    reason LowCardinality(String),
    stored_at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC')
) ENGINE = {{engine "topics" "Replacing"}}
ORDER BY (topic, epoch, topic_id){{settings}};
