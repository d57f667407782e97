-- +goose Up
-- Every list of messages walks an index from the newest on and stops when its
-- page is full, however many messages there are (docs/adr/0023). The area's path
-- stands in each index, so that what lies elsewhere is passed over without
-- reading the message.
CREATE INDEX messages_newest ON messages (submitted_at, id, area_path);
CREATE INDEX messages_state ON messages (state, submitted_at, id, area_path);
CREATE INDEX messages_late ON messages (overdue, escalated, submitted_at, id, area_path);
CREATE INDEX messages_open ON messages (holder_id, state, submitted_at, id, area_path);
DROP INDEX messages_holder_state /*! ON messages */;
CREATE INDEX messages_figures ON messages (representative_id, delivered_at, acknowledged_at, answered_at);
CREATE INDEX people_unreachable ON people (unreachable_since);
-- What was published last is found without reading it (docs/adr/0021).
CREATE INDEX representatives_updated ON representatives (updated_at);
CREATE INDEX articles_updated ON articles (updated_at);
CREATE INDEX answered_cards_withdrawn ON answered_cards (withdrawn_at);
