-- +goose Up
-- What representatives wrote of themselves, and what became of it. open_seat is
-- the seat while the words are on their way, so that a seat has one on its way.
CREATE TABLE introductions (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  representative_id VARCHAR(36) NOT NULL,
  open_seat VARCHAR(36) NULL,
  area_path VARCHAR(255) NOT NULL,
  person_id VARCHAR(36) NOT NULL,
  body VARCHAR(2000) NOT NULL,
  state VARCHAR(16) NOT NULL,
  doubted BOOLEAN NOT NULL,
  appealed BOOLEAN NOT NULL,
  reason VARCHAR(500) NOT NULL,
  decider_id VARCHAR(36) NOT NULL,
  decider VARCHAR(60) NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL,
  ended_at DATETIME/*!(3)*/ NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE UNIQUE INDEX introductions_open ON introductions (open_seat);
CREATE INDEX introductions_seat ON introductions (representative_id, created_at, id);
CREATE INDEX introductions_state ON introductions (state, created_at, id, area_path);
CREATE INDEX introductions_person ON introductions (person_id, created_at);
CREATE INDEX introductions_ended ON introductions (ended_at);
