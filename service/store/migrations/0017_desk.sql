-- +goose Up
-- What a liaison officer narrows the queue to again and again, under a name.
CREATE TABLE saved_filters (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  person_id VARCHAR(36) NOT NULL,
  name VARCHAR(60) NOT NULL,
  which VARCHAR(16) NOT NULL,
  area_id VARCHAR(36) NOT NULL,
  topic_id VARCHAR(36) NOT NULL,
  number VARCHAR(20) NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL,
  updated_at DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE UNIQUE INDEX saved_filters_name ON saved_filters (person_id, name);
-- A topic that few write about is found without reading what others are about
-- (docs/adr/0023).
CREATE INDEX messages_topic ON messages (topic_id, state, submitted_at, id, area_path);
