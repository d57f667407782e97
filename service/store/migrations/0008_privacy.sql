-- +goose Up
-- What people may do with what is kept of them: who looked at their matters,
-- copies they asked for, corrections, erasures, and what the law lets stay
-- under restriction (docs/adr/0024, 0025).
CREATE TABLE readings (
  reader_id VARCHAR(36) NOT NULL,
  day VARCHAR(10) NOT NULL,
  message_id VARCHAR(36) NOT NULL,
  depth VARCHAR(16) NOT NULL,
  reader VARCHAR(120) NOT NULL,
  side VARCHAR(16) NOT NULL,
  at DATETIME/*!(3)*/ NOT NULL,
  PRIMARY KEY (reader_id, day, message_id, depth)
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX readings_message ON readings (message_id, at);

CREATE TABLE copies (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  person_id VARCHAR(36) NOT NULL,
  asked_at DATETIME/*!(3)*/ NOT NULL,
  ends_at DATETIME/*!(3)*/ NOT NULL,
  fetched INT NOT NULL,
  fetched_at DATETIME/*!(3)*/ NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX copies_person ON copies (person_id, asked_at);

CREATE TABLE corrections (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  person_id VARCHAR(36) NOT NULL,
  message_id VARCHAR(36) NOT NULL,
  area_path VARCHAR(255) NOT NULL,
  field VARCHAR(16) NOT NULL,
  wanted VARCHAR(500) NOT NULL,
  reason VARCHAR(500) NOT NULL,
  state VARCHAR(16) NOT NULL,
  reply VARCHAR(500) NOT NULL,
  decided_by VARCHAR(36) NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL,
  decided_at DATETIME/*!(3)*/ NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX corrections_person ON corrections (person_id, created_at);
CREATE INDEX corrections_area ON corrections (state, area_path, created_at);

CREATE TABLE erasures (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  person_id VARCHAR(36) NOT NULL,
  cause VARCHAR(16) NOT NULL,
  state VARCHAR(16) NOT NULL,
  erased INT NOT NULL,
  kept INT NOT NULL,
  asked_at DATETIME/*!(3)*/ NOT NULL,
  due_at DATETIME/*!(3)*/ NOT NULL,
  begun_at DATETIME/*!(3)*/ NULL,
  ended_at DATETIME/*!(3)*/ NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX erasures_due ON erasures (state, due_at);
CREATE INDEX erasures_person ON erasures (person_id, asked_at);

ALTER TABLE people ADD COLUMN erased_at DATETIME/*!(3)*/ NULL;
ALTER TABLE messages ADD COLUMN restricted_at DATETIME/*!(3)*/ NULL;
ALTER TABLE messages ADD COLUMN emptied_at DATETIME/*!(3)*/ NULL;
CREATE INDEX notices_message ON notices (message_id);
CREATE INDEX audit_lines_actor ON audit_lines (actor_id, at);
