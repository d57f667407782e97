-- +goose Up
-- Messages with their turns, facts and notes; pictures; public answers.
CREATE TABLE messages (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  number VARCHAR(20) NOT NULL,
  resident_id VARCHAR(36) NOT NULL,
  writer_id VARCHAR(36) NOT NULL,
  resident_name VARCHAR(60) NOT NULL,
  representative_id VARCHAR(36) NOT NULL,
  holder_id VARCHAR(36) NOT NULL,
  studio_id VARCHAR(36) NOT NULL,
  unit_id VARCHAR(36) NOT NULL,
  area_id VARCHAR(36) NOT NULL,
  area_path VARCHAR(255) NOT NULL,
  topic_id VARCHAR(36) NOT NULL,
  place VARCHAR(120) NOT NULL,
  hide_name BOOLEAN NOT NULL,
  hand_over_consented BOOLEAN NOT NULL,
  publish_consented BOOLEAN NOT NULL,
  state VARCHAR(16) NOT NULL,
  round INT NOT NULL,
  submitted_at DATETIME/*!(3)*/ NOT NULL,
  delivered_at DATETIME/*!(3)*/ NULL,
  acknowledged_at DATETIME/*!(3)*/ NULL,
  answered_at DATETIME/*!(3)*/ NULL,
  result_at DATETIME/*!(3)*/ NULL,
  closed_at DATETIME/*!(3)*/ NULL,
  word VARCHAR(20) NOT NULL,
  rating INT NOT NULL,
  rating_comment VARCHAR(500) NOT NULL,
  due_at DATETIME/*!(3)*/ NULL,
  paused BOOLEAN NOT NULL,
  overdue BOOLEAN NOT NULL,
  escalated INT NOT NULL,
  appealed BOOLEAN NOT NULL,
  out_of_scope_where VARCHAR(20) NOT NULL,
  updated_at DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE UNIQUE INDEX messages_number ON messages (number);
CREATE INDEX messages_resident ON messages (resident_id, submitted_at, id);
CREATE INDEX messages_writer ON messages (writer_id, submitted_at, id);
CREATE INDEX messages_holder ON messages (holder_id, submitted_at, id);
CREATE INDEX messages_holder_state ON messages (holder_id, state);
CREATE INDEX messages_unit ON messages (unit_id, submitted_at, id);
CREATE INDEX messages_area ON messages (area_path, submitted_at, id);
CREATE INDEX messages_representative ON messages (representative_id, state);

CREATE TABLE turns (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  message_id VARCHAR(36) NOT NULL,
  round INT NOT NULL,
  side VARCHAR(16) NOT NULL,
  author_id VARCHAR(36) NOT NULL,
  author VARCHAR(120) NOT NULL,
  body TEXT NOT NULL,
  effect VARCHAR(16) NOT NULL,
  screening VARCHAR(16) NOT NULL,
  reason VARCHAR(500) NOT NULL,
  appealed BOOLEAN NOT NULL,
  check_code VARCHAR(16) NULL,
  created_at DATETIME/*!(3)*/ NOT NULL,
  shown_at DATETIME/*!(3)*/ NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX turns_message ON turns (message_id, created_at, id);
CREATE INDEX turns_screening ON turns (screening, created_at);
CREATE UNIQUE INDEX turns_check_code ON turns (check_code);

CREATE TABLE facts (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  message_id VARCHAR(36) NOT NULL,
  round INT NOT NULL,
  deed VARCHAR(20) NOT NULL,
  from_state VARCHAR(16) NOT NULL,
  to_state VARCHAR(16) NOT NULL,
  side VARCHAR(16) NOT NULL,
  actor_id VARCHAR(36) NOT NULL,
  actor VARCHAR(120) NOT NULL,
  note VARCHAR(1000) NOT NULL,
  at DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX facts_message ON facts (message_id, at, id);

CREATE TABLE notes (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  message_id VARCHAR(36) NOT NULL,
  author_id VARCHAR(36) NOT NULL,
  author VARCHAR(60) NOT NULL,
  body TEXT NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX notes_message ON notes (message_id, created_at);

CREATE TABLE answered_cards (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  message_id VARCHAR(36) NOT NULL,
  topic_id VARCHAR(36) NOT NULL,
  area_path VARCHAR(255) NOT NULL,
  title VARCHAR(120) NOT NULL,
  question TEXT NOT NULL,
  answer TEXT NOT NULL,
  answered_by VARCHAR(120) NOT NULL,
  published_at DATETIME/*!(3)*/ NOT NULL,
  withdrawn_at DATETIME/*!(3)*/ NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE UNIQUE INDEX answered_cards_message ON answered_cards (message_id);
CREATE INDEX answered_cards_published ON answered_cards (published_at, id);

CREATE TABLE answered_grams (
  card_id VARCHAR(36) NOT NULL,
  gram VARCHAR(8) NOT NULL,
  PRIMARY KEY (card_id, gram)
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX answered_grams_gram ON answered_grams (gram);

CREATE TABLE pictures (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  owner_id VARCHAR(36) NOT NULL,
  message_id VARCHAR(36) NOT NULL,
  turn_id VARCHAR(36) NOT NULL,
  width INT NOT NULL,
  height INT NOT NULL,
  size INT NOT NULL,
  sha256 VARCHAR(64) NOT NULL,
  screening VARCHAR(16) NOT NULL,
  trace_id VARCHAR(64) NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX pictures_turn ON pictures (turn_id);
CREATE INDEX pictures_trace ON pictures (trace_id);
CREATE INDEX pictures_owner ON pictures (owner_id, created_at);
